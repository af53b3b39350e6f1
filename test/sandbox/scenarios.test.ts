import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { FrozenRequest } from '../../gateways/gateway.ts'
import { scenarioOf } from '../../sandbox/scenarios.ts'
import { AMOUNT, bank, freeze, never, openStage, received, until, untilState, wallet } from './stage.ts'
import type { Heard, Stage } from './stage.ts'

let stage: Stage
beforeAll(async () => {
  stage = await openStage({ timeFactor: 0.05 })
})
afterAll(() => stage.close())

let accounts = 100_000
/** An account of a scenario that no other test uses; `digit` is the one after SS. */
function accountOf(scenario: string, digit = 0): string {
  accounts += 1
  return `99${scenario}${digit}${accounts}`
}

async function send(account: string): Promise<{ request: FrozenRequest; answer: Awaited<ReturnType<typeof submit>> }> {
  const request = freeze(stage.gateway, bank(account))
  return { request, answer: await submit(request) }
}

function submit(request: FrozenRequest) {
  return stage.gateway.submit(request, never)
}

function heardOf(reference: string): readonly Heard[] {
  return stage.heard.filter(({ result }) => result.kind === 'event' && result.reference === reference)
}

function statesHeard(reference: string): readonly string[] {
  return heardOf(reference).map(({ result }) => (result.kind === 'event' ? result.observation.state : result.kind))
}

async function receivedBy(account: string): Promise<bigint> {
  return received(await stage.journal(), account)
}

describe('ordinary accounts', () => {
  test.each(['9900012345', '1234567890', '9977012345', '99001234'])(
    '%s is accepted, paid and called back',
    async (account) => {
      const { request, answer } = await send(account)
      expect(answer).toMatchObject({ kind: 'observed', observation: { state: 'accepted', amount: { minor: AMOUNT } } })
      expect(await untilState(stage.gateway, request.reference, 'paid')).toMatchObject({
        vendorStatus: 'SUCCEEDED',
        failure: null,
      })
      await until(() => (heardOf(request.reference).length === 1 ? true : undefined))
      expect(heardOf(request.reference)[0]?.result).toMatchObject({ trusted: true, observation: { state: 'paid' } })
      expect(await receivedBy(account)).toBe(AMOUNT)
    },
  )

  test('a wallet carries its scenario in the phone number', () => {
    expect(scenarioOf('+628990012' + '0123').code).toBe('12')
    expect(scenarioOf('+6289900128123')).toMatchObject({ code: '12', check: 'holder' })
    expect(scenarioOf('+6281234567890').code).toBe('00')
    expect(scenarioOf('9912').code).toBe('00')
  })
})

describe('accounts that cannot be paid', () => {
  test.each([
    ['10', 'INVALID_DESTINATION', 'account-not-found'],
    ['11', 'ACCOUNT_DORMANT', 'account-dormant'],
    ['12', 'ACCOUNT_CLOSED', 'account-closed'],
    ['13', 'ACCOUNT_BLOCKED', 'account-blocked'],
  ])('%s is refused by the account check and by the payout', async (scenario, vendorCode, code) => {
    const failure = { class: 'needs-account', code, vendorCode, isTabled: true }
    const account = accountOf(scenario)
    expect(await stage.gateway.checkAccount(bank(account), never)).toEqual({ kind: 'invalid', failure })
    const { request } = await send(account)
    expect((await untilState(stage.gateway, request.reference, 'failed')).failure).toEqual(failure)
    expect(await receivedBy(account)).toBe(0n)
  })

  test.each(['10', '11', '12', '13', '14'])('%s with an 8 passes the check and fails the payout', async (scenario) => {
    const account = accountOf(scenario, 8)
    const check = await stage.gateway.checkAccount(bank(account), never)
    expect(check).toEqual({ kind: 'valid', registeredName: 'SITI AMINAH' })
    const { request } = await send(account)
    expect((await untilState(stage.gateway, request.reference, 'failed')).failure?.class).toBe('needs-account')
  })

  test('14 is an account of somebody else', async () => {
    const account = accountOf('14')
    expect(await stage.gateway.checkAccount(bank(account), never)).toEqual({
      kind: 'valid',
      registeredName: 'NAMA LAIN',
    })
    const { request } = await send(account)
    expect((await untilState(stage.gateway, request.reference, 'failed')).failure?.code).toBe('account-name-differs')
  })

  test.each([
    ['15', 'wallet-limit'],
    ['16', 'wallet-not-upgraded'],
  ])('%s is a wallet that passes the check and cannot take the money', async (scenario, code) => {
    const destination = wallet(`+6289900${scenario}0001`)
    expect((await stage.gateway.checkAccount(destination, never)).kind).toBe('valid')
    const request = freeze(stage.gateway, destination)
    await submit(request)
    expect((await untilState(stage.gateway, request.reference, 'failed')).failure?.code).toBe(code)
  })
})

describe('failures', () => {
  test('20 fails until the attempt its digit names', async () => {
    const account = accountOf('20', 3)
    const outcomes: string[] = []
    for (let attempt = 1; attempt <= 3; attempt += 1) {
      const { request } = await send(account)
      const seen = await untilState(stage.gateway, request.reference, 'failed', 'paid')
      outcomes.push(seen.failure?.class ?? seen.state)
    }
    expect(outcomes).toEqual(['retry-new', 'retry-new', 'paid'])
    expect(await receivedBy(account)).toBe(AMOUNT)
  })

  test('21 fails with a code nobody has documented', async () => {
    const { request } = await send(accountOf('21'))
    const seen = await untilState(stage.gateway, request.reference, 'failed')
    expect(seen.failure).toEqual({
      class: 'undocumented',
      code: 'undocumented',
      vendorCode: 'SOMETHING_NEW',
      isTabled: true,
    })
  })

  test('22 is short of our money until a top-up', async () => {
    const account = accountOf('22')
    const before = (await stage.gateway.balance(never)).minor
    for (let attempt = 1; attempt <= 2; attempt += 1) {
      const { request } = await send(account)
      expect((await untilState(stage.gateway, request.reference, 'failed')).failure?.class).toBe('float-short')
    }
    // Nothing was taken, but nothing may be spent either: whoever waits for enough money waits for the top-up.
    expect((await stage.gateway.balance(never)).minor).toBe(0n)
    expect((await stage.call('POST', '/admin/top-up', { amount: '1000000' })).status).toBe(200)
    const { request } = await send(account)
    await untilState(stage.gateway, request.reference, 'paid')
    expect((await stage.gateway.balance(never)).minor).toBe(before + 1_000_000n - AMOUNT)
  })

  test('24 is refused by compliance', async () => {
    const { request } = await send(accountOf('24'))
    expect((await untilState(stage.gateway, request.reference, 'failed')).failure?.class).toBe('compliance')
  })

  test('30 is paid and comes back', async () => {
    const account = accountOf('30')
    const { request } = await send(account)
    await untilState(stage.gateway, request.reference, 'paid')
    expect(await receivedBy(account)).toBe(AMOUNT)
    await untilState(stage.gateway, request.reference, 'returned')
    expect(await receivedBy(account)).toBe(0n)
    await until(() => (statesHeard(request.reference).join() === 'paid,returned' ? true : undefined))
  })

  test('32 fails and then is paid after all', async () => {
    const account = accountOf('32')
    const before = (await stage.gateway.balance(never)).minor
    const { request } = await send(account)
    await untilState(stage.gateway, request.reference, 'failed')
    expect((await stage.gateway.balance(never)).minor).toBe(before)
    await untilState(stage.gateway, request.reference, 'paid')
    expect((await stage.gateway.balance(never)).minor).toBe(before - AMOUNT)
    expect(await receivedBy(account)).toBe(AMOUNT)
  })

  test('33 shows another amount to enquiries and in callbacks', async () => {
    const { request, answer } = await send(accountOf('33'))
    expect(answer).toMatchObject({ observation: { amount: { minor: AMOUNT } } })
    expect((await untilState(stage.gateway, request.reference, 'paid')).amount?.minor).toBe(AMOUNT - 1n)
    const [callback] = await until(() =>
      heardOf(request.reference).length > 0 ? heardOf(request.reference) : undefined,
    )
    expect(callback?.result).toMatchObject({ observation: { amount: { minor: AMOUNT - 1n } } })
  })

  test('34 shows another account to enquiries and in callbacks', async () => {
    const account = accountOf('34')
    const { request, answer } = await send(account)
    expect(answer).toMatchObject({ observation: { account: { number: account, isWhole: true } } })
    const seen = (await untilState(stage.gateway, request.reference, 'paid')).account
    expect(seen?.number).not.toBe(account)
    const [callback] = await until(() =>
      heardOf(request.reference).length > 0 ? heardOf(request.reference) : undefined,
    )
    expect(callback?.result).toMatchObject({ observation: { account: seen } })
  })
})

describe('answers that prove nothing', () => {
  test.each([
    ['40', 'no-answer'],
    ['42', 'server-error'],
    ['44', 'connection-lost'],
    ['47', 'duplicate-request'],
  ])('%s commits and answers so that the outcome is unknown', async (scenario, code) => {
    const account = accountOf(scenario)
    const { request, answer } = await send(account)
    expect(answer).toMatchObject({ kind: 'unknown', failure: { class: 'unknown', code } })
    await untilState(stage.gateway, request.reference, 'paid')
    expect(await submit(request)).toMatchObject({ kind: 'observed', observation: { state: 'paid' } })
    expect(await receivedBy(account)).toBe(AMOUNT)
  })

  test.each([
    ['41', 'no-answer'],
    ['43', 'server-error'],
  ])('%s does not commit the first time, and a resend of the same bytes is paid', async (scenario, code) => {
    const account = accountOf(scenario)
    const { request, answer } = await send(account)
    expect(answer).toMatchObject({ kind: 'unknown', failure: { code } })
    expect(await stage.gateway.enquire({ reference: request.reference, gatewayId: null }, never)).toEqual({
      kind: 'not-found',
    })
    expect(await submit(request)).toMatchObject({ kind: 'observed', observation: { state: 'accepted' } })
    await untilState(stage.gateway, request.reference, 'paid')
    expect(await receivedBy(account)).toBe(AMOUNT)
  })

  test('45 asks twice to wait and then accepts', async () => {
    const { request, answer } = await send(accountOf('45'))
    const wait = { kind: 'retry-same', failure: { class: 'retry-same', retryAfterMs: 1_000 } }
    expect(answer).toMatchObject(wait)
    expect(await submit(request)).toMatchObject(wait)
    expect(await submit(request)).toMatchObject({ kind: 'observed' })
  })

  test('46 asks for ten minutes, once for its account', async () => {
    const account = accountOf('46')
    const { answer } = await send(account)
    expect(answer).toMatchObject({ kind: 'retry-same', failure: { class: 'retry-same', retryAfterMs: 600_000 } })
    expect((await send(account)).answer).toMatchObject({ kind: 'observed' })
  })

  test('59 is not found twice and then found', async () => {
    const { request } = await send(accountOf('59'))
    const kinds: string[] = []
    for (let ask = 1; ask <= 3; ask += 1) {
      kinds.push((await stage.gateway.enquire({ reference: request.reference, gatewayId: null }, never)).kind)
    }
    expect(kinds).toEqual(['not-found', 'not-found', 'found'])
  })

  test('60 fails two enquiries and then answers', async () => {
    const { request } = await send(accountOf('60'))
    const kinds: string[] = []
    for (let ask = 1; ask <= 3; ask += 1) {
      kinds.push((await stage.gateway.enquire({ reference: request.reference, gatewayId: null }, never)).kind)
    }
    expect(kinds).toEqual(['unavailable', 'unavailable', 'found'])
  })

  test('61 shows two objects for one reference and moves money once', async () => {
    const account = accountOf('61')
    const { request } = await send(account)
    await untilState(stage.gateway, request.reference, 'paid')
    const found = await stage.gateway.enquire({ reference: request.reference, gatewayId: null }, never)
    expect(found.kind === 'found' && found.observations.map(({ state }) => state)).toEqual(['paid', 'cancelled'])
    expect(await receivedBy(account)).toBe(AMOUNT)
  })
})

describe('callbacks', () => {
  const quiet = () => new Promise((done) => setTimeout(done, 150))

  test('49 calls back on its way but not at its end', async () => {
    const { request } = await send(accountOf('49'))
    await untilState(stage.gateway, request.reference, 'paid')
    await quiet()
    expect(statesHeard(request.reference)).toEqual(['processing'])
  })

  test('50 calls back before it answers', async () => {
    const { request, answer } = await send(accountOf('50'))
    expect(statesHeard(request.reference)).toEqual(['paid'])
    expect(answer).toMatchObject({ kind: 'observed', observation: { state: 'accepted' } })
  })

  test('51 calls back three times with one event id', async () => {
    const { request } = await send(accountOf('51'))
    await until(() => (heardOf(request.reference).length === 3 ? true : undefined))
    expect(new Set(heardOf(request.reference).map(({ eventId }) => eventId)).size).toBe(1)
  })

  test('52 tells of the return before it tells of the success', async () => {
    const { request } = await send(accountOf('52'))
    await until(() => (statesHeard(request.reference).join() === 'returned,paid' ? true : undefined))
  })

  test('53, and a 9 after any scenario, calls nobody back', async () => {
    const silent = [await send(accountOf('53')), await send(accountOf('00', 9))]
    for (const { request } of silent) await untilState(stage.gateway, request.reference, 'paid')
    await quiet()
    for (const { request } of silent) expect(heardOf(request.reference)).toEqual([])
  })

  test('55 sends a bad signature and then a good one', async () => {
    const { request } = await send(accountOf('55'))
    const [good] = await until(() => (heardOf(request.reference).length > 0 ? heardOf(request.reference) : undefined))
    const all = stage.heard.filter(({ eventId }) => eventId === good?.eventId).map(({ result }) => result)
    expect(all).toEqual([{ kind: 'rejected', reason: 'unauthentic' }, expect.objectContaining({ trusted: true })])
  })

  test('56 has a status nobody knows, which proves only that it is under way', async () => {
    const { request } = await send(accountOf('56'))
    expect((await untilState(stage.gateway, request.reference, 'processing')).vendorStatus).toBe('ROUTING')
    await untilState(stage.gateway, request.reference, 'paid')
  })

  test('58 also calls back about a reference that was never sent', async () => {
    const { request } = await send(accountOf('58'))
    const [own] = await until(() => (heardOf(request.reference).length > 0 ? heardOf(request.reference) : undefined))
    const stranger = await until(() => stage.heard.find(({ eventId }) => eventId === `${own?.eventId}x`))
    expect(stranger.result).toMatchObject({ kind: 'event', reference: expect.stringMatching(/^[0-9A-F]{16}$/) })
  })

  test('a callback that is not answered 2xx comes again with the same id', async () => {
    stage.listenerStatus = 503
    const { request } = await send(accountOf('00'))
    await until(() => (heardOf(request.reference).length > 0 ? true : undefined))
    stage.listenerStatus = 204
    await until(() => (heardOf(request.reference).length === 2 ? true : undefined))
    const ids = heardOf(request.reference).map(({ eventId }) => eventId)
    expect(new Set(ids).size).toBe(1)
  })
})

describe('slow scenarios on a fast clock', () => {
  let fast: Stage
  beforeAll(async () => {
    fast = await openStage({ timeFactor: 0.001 })
  })
  afterAll(() => fast.close())

  test('01 takes half a minute of the provider, 54 calls back ten minutes late', async () => {
    const slow = freeze(fast.gateway, bank(accountOf('01')))
    const late = freeze(fast.gateway, bank(accountOf('54')))
    await Promise.all([slow, late].map((request) => fast.gateway.submit(request, never)))
    await untilState(fast.gateway, late.reference, 'paid')
    await untilState(fast.gateway, slow.reference, 'paid')
    const callback = await until(() =>
      fast.heard.find(({ result }) => result.kind === 'event' && result.reference === late.reference),
    )
    expect(callback.result).toMatchObject({ observation: { state: 'paid' }, trusted: true })
    const entries = await until(async () => {
      const read = await fast.journal()
      return read.some((entry) => entry.kind === 'callback-sent' && entry.id === paidId(read, late.reference))
        ? read
        : undefined
    })
    const paidAt = entries.find((entry) => entry.kind === 'credited' && entry.reference === late.reference)?.virtualAt
    const toldAt = entries.find(
      (entry) => entry.kind === 'callback-sent' && entry.id === paidId(entries, late.reference),
    )?.virtualAt
    expect(Date.parse(toldAt ?? '') - Date.parse(paidAt ?? '')).toBeGreaterThanOrEqual(600_000)
    const times = entries.filter(
      (entry) =>
        'id' in entry && entry.kind !== 'callback-sent' && 'reference' in entry && entry.reference === slow.reference,
    )
    const [accepted, credited] = times.map(({ virtualAt }) => Date.parse(virtualAt))
    // It is taken in a moment before that is journalled; a normal one takes less than a second.
    expect((credited ?? 0) - (accepted ?? 0)).toBeGreaterThanOrEqual(20_000)
  })
})

// The example people have it: what they were to see happens whatever else a scenario can be told by its digit.
test.each(['04', '50', '59'])('a 1 after %s says nothing of how it ends', (code) => {
  expect(scenarioOf(`99${code}100001`).steps).toEqual(scenarioOf(`99${code}000001`).steps)
})

/** The provider's id of a payout that was credited. */
function paidId(entries: Awaited<ReturnType<typeof stage.journal>>, reference: string): string | undefined {
  const credited = entries.find((entry) => entry.kind === 'credited' && entry.reference === reference)
  return credited && 'id' in credited ? credited.id : undefined
}
