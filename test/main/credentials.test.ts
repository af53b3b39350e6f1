/** What a process does with its credentials: who may be asked, what its start takes over, and what it says of what is not in force. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { loadConfig, type EnvironmentName } from '../../config.ts'
import type { Gateway } from '../../gateways/gateway.ts'
import { createSandboxGateway } from '../../gateways/sandbox/gateway.ts'
import { diagnose } from '../../local/diagnose.ts'
import { passBy } from '../../failpoints.ts'
import { stopWhereOlder } from '../../main/restored.ts'
import { beginCredentials, credentialStates, guardCalls, proposingCommand } from '../../main/credentials.ts'
import { pairOf } from '../support/freezes.ts'
import { found } from '../support/lost-time.ts'
import { agree } from '../support/two-people.ts'
import { HOUR, NOON, openWorld, SECOND, seen, type World } from '../support/world.ts'

const KEY = 'dev-a random key of the sandbox'
const SECRET = `whsec_${Buffer.alloc(32, 9).toString('base64')}`
const TO = { kind: 'bank', institution: 'ID.BCA', number: '0082451234', holder: 'Siti Rahmawati' } as const
const signal = new AbortController().signal
const PAID = found(seen('paid')) ?? ({ kind: 'not-found' } as const)

const asked: string[] = []
/** The adapter itself, with a network that only notes who was called. */
function gatewayWith(apiKey: string): Gateway {
  const of = createSandboxGateway({ baseUrl: 'http://127.0.0.1:9', apiKey, callbackSecrets: [SECRET] })
  const noted =
    <T>(what: string, answer: T) =>
    () => {
      asked.push(what)
      return Promise.resolve(answer)
    }
  return {
    ...of,
    submit: noted('submit', { kind: 'unknown', failure: { class: 'unknown', code: 'no-answer', vendorCode: '' } }),
    enquire: noted('enquire', { kind: 'not-found' }),
    checkAccount: noted('checkAccount', { kind: 'valid', registeredName: 'SITI RAHMAWATI' }),
    balance: noted('balance', { minor: 1n, currency: 'IDR' }),
    statement: noted('statement', { kind: 'not-ready' }),
  }
}

let world: World
let proposals = 0
beforeAll(async () => {
  world = await openWorld({ credentials: null })
})
afterAll(() => world.close())
beforeEach(() => void asked.splice(0))

async function agreeTo(change: 'admit' | 'end', gateway: Gateway): Promise<void> {
  const { sari, budi } = await pairOf(world)
  for (const { purpose, fingerprint } of gateway.credentials) {
    if (purpose === 'callback' && change === 'admit' && (await isInForce(fingerprint))) continue
    const content = { gateway: 'sandbox', purpose, fingerprint, change }
    const put = { act: 'gateway-credential', content, expiresAtMs: NOON + HOUR + (proposals += 1) }
    expect((await agree(world.store, [sari, budi], put, NOON)).state).toBe('executed')
  }
}
const isInForce = async (fingerprint: string): Promise<boolean> =>
  (await world.store.gatewayCredentials.list()).some((one) => one.fingerprint === fingerprint)
const only = (gateway: Gateway) => new Map([['sandbox', gateway]])
const doctor = async (more: Partial<Record<EnvironmentName, string>> = {}) => {
  const settings = { SANDBOX_URL: 'http://127.0.0.1:9', SANDBOX_API_KEY: KEY, SANDBOX_CALLBACK_SECRET: SECRET }
  const config = loadConfig({ DATABASE_URL: world.database.app, LUNAS_DATA_DIR: '/nowhere', ...settings, ...more })
  return (await diagnose(config)).filter(({ what }) => what === 'credentials')
}

describe('while nothing is in force', () => {
  it('in production a start takes nothing over, and says what is to be proposed', async () => {
    const engine = { store: world.store, gateways: only(gatewayWith(KEY)) }
    const said = await beginCredentials(engine, { mode: 'production' }, NOON)
    expect(said).toHaveLength(2)
    expect(said[0]).toContain('the send credential of sandbox is not in force, and nothing is sent')
    expect(said[1]).toContain('the callback credential of sandbox is not in force, and its callbacks only make us ask')
    for (const line of said) for (const secret of [KEY, SECRET, SECRET.slice(6)]) expect(line).not.toContain(secret)
    expect(await world.store.gatewayCredentials.list()).toEqual([])
  })

  it('doctor has a red line for each, with the fingerprint and the very command that proposes it', async () => {
    const [send, callback] = gatewayWith(KEY).credentials
    if (!send || !callback) throw new Error('it has both')
    expect(await doctor()).toEqual([
      {
        what: 'credentials',
        state: 'red',
        found: `send of sandbox, ${send.fingerprint}: not in force, two people agree to it`,
        mend: proposingCommand(send),
      },
      {
        what: 'credentials',
        state: 'red',
        found: `callback of sandbox, ${callback.fingerprint}: not in force, two people agree to it`,
        mend: proposingCommand(callback),
      },
    ])
    expect(proposingCommand(send)).toMatch(
      /^echo '\{.*"change":"admit"\}' > sandbox-send.json && npx lunas approvals propose gateway-credential --content sandbox-send.json --reason "WHY"$/,
    )
  })

  it('nobody is asked anything: whoever answers is believed', async () => {
    const gateway = guardCalls(only(gatewayWith(KEY)), world.store).get('sandbox')
    const failure = { class: 'config', code: 'credential-not-in-force', vendorCode: '' }
    expect(await gateway?.enquire({ reference: 'R', gatewayId: null }, signal)).toEqual({
      kind: 'unavailable',
      failure,
    })
    expect(await gateway?.checkAccount(TO, signal)).toEqual({ kind: 'unavailable', failure })
    expect(await gateway?.statement('2026-11-22', signal)).toEqual({ kind: 'unavailable', failure })
    await expect(gateway?.balance(signal)).rejects.toThrow('the credential of sandbox is not in force')
    expect(asked).toEqual([])
  })
})

it('a start finds a restored database that has forgotten the rotation to what it runs with, and freezes', async () => {
  const forgetful = await openWorld({ credentials: null })
  await forgetful.ready()
  const paid = { ...gatewayWith(KEY), enquire: () => Promise.resolve(PAID) }
  const gateways = guardCalls(only(paid), forgetful.store)
  const start = { store: forgetful.store, gateways, unguarded: only(paid), pass: passBy }
  expect(await beginCredentials(start, { mode: 'production' }, NOON)).toHaveLength(2)
  expect(await stopWhereOlder(start, { sealAnchors: '/none' })).toContain('a gateway knows a payment')
  expect(await forgetful.store.restores.open()).not.toBeNull()
  await forgetful.close()
})

describe('once two people have agreed', () => {
  it('everything is asked at once, and no longer than a second after it has ended', async () => {
    let nowMs = NOON
    const gateway = guardCalls(only(gatewayWith(KEY)), world.store, () => nowMs).get('sandbox')
    const ask = async () => (await gateway?.enquire({ reference: 'R', gatewayId: null }, signal))?.kind
    expect(await ask()).toBe('unavailable')
    await agreeTo('admit', gatewayWith(KEY))
    expect(await ask()).toBe('not-found')
    await agreeTo('end', gatewayWith(KEY))
    nowMs += SECOND - 1
    expect(await ask()).toBe('not-found')
    nowMs += 1
    expect(await ask()).toBe('unavailable')
    await agreeTo('admit', gatewayWith(KEY))
    await gateway?.checkAccount(TO, signal)
    await gateway?.statement('2026-11-22', signal)
    await gateway?.balance(signal)
    expect(asked).toEqual(['enquire', 'enquire', 'checkAccount', 'statement', 'balance'])
    expect((await doctor()).map(({ state }) => state)).toEqual(['green', 'green'])
  })

  it('another key is red, a development start does not take it over, and callbacks are believed all the same', async () => {
    const engine = { store: world.store, gateways: only(gatewayWith('another random key')) }
    const said = await beginCredentials(engine, { mode: 'development' }, NOON)
    expect(said).toEqual([expect.stringContaining('the send credential of sandbox is not in force')])
    const lines = await doctor({ SANDBOX_API_KEY: 'another random key' })
    expect(lines.map(({ state }) => state)).toEqual(['red', 'green'])
  })

  it('another address is another credential, another port of this machine is not', () => {
    const sendsTo = (baseUrl: string) =>
      createSandboxGateway({ baseUrl, apiKey: KEY, callbackSecrets: [] }).credentials[0]?.fingerprint
    expect(sendsTo('http://127.0.0.1:4200')).toBe(sendsTo('http://127.0.0.1:9/'))
    expect(sendsTo('https://sandbox.example:4200')).not.toBe(sendsTo('https://sandbox.example:4201'))
    expect(sendsTo('https://127.0.0.1')).not.toBe(sendsTo('http://127.0.0.1'))
    expect(sendsTo('https://127.0.0.1.example')).not.toBe(sendsTo('https://127.0.0.1'))
  })

  it('a database that does not answer lets nobody be asked, and nothing is thrown', async () => {
    let isAway = true
    const list = () => (isAway ? Promise.reject(new Error()) : world.store.gatewayCredentials.list())
    const broken = { gatewayCredentials: { ...world.store.gatewayCredentials, list } }
    const gateway = guardCalls(only(gatewayWith(KEY)), broken).get('sandbox')
    expect((await gateway?.enquire({ reference: 'R', gatewayId: null }, signal))?.kind).toBe('unavailable')
    expect(asked).toEqual([])
    isAway = false
    expect((await gateway?.checkAccount(TO, signal))?.kind).toBe('valid')
  })
})

it('a development start takes nothing over for a gateway that moves money, whatever it runs with', async () => {
  const fresh = await openWorld({ credentials: null })
  const own = gatewayWith(KEY)
  const credentials = own.credentials.map((one) => ({ ...one, gateway: 'bank' }))
  const engine = { store: fresh.store, gateways: new Map([['bank', { ...own, code: 'bank', credentials }]]) }
  expect(await beginCredentials(engine, { mode: 'development' }, NOON)).toHaveLength(2)
  expect(await fresh.store.gatewayCredentials.list()).toEqual([])
  await fresh.close()
})

it('a development start takes over what a gateway never had, once, and the next one with the same finds it in force', async () => {
  const fresh = await openWorld({ credentials: null })
  const engine = { store: fresh.store, gateways: only(gatewayWith(KEY)) }
  const starts = await Promise.all([1, 2].map(() => beginCredentials(engine, { mode: 'development' }, NOON)))
  expect(starts).toEqual([[], []])
  expect(await beginCredentials(engine, { mode: 'development' }, NOON)).toEqual([])
  const list = await fresh.store.gatewayCredentials.list()
  expect(credentialStates(engine.gateways, list).map(({ inForce }) => inForce)).toEqual([true, true])
  expect(await fresh.count(`SELECT FROM audit_event WHERE act = 'credential-adopted' AND person = 'engine'`)).toBe(2)
  expect(await beginCredentials(engine, { mode: 'production' }, NOON)).toHaveLength(2)
  await fresh.close()
})
