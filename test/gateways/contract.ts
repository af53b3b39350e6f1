/**
 * What every adapter must pass, whatever provider it speaks to. A provider's folder gets its tests by making a world: the adapter,
 * something that behaves like the provider, and a way to see what money really moved.
 */
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { FAILURE_CLASSES } from '../../domain/observation.ts'
import type { Destination, FrozenRequest, Gateway, PayoutOrder } from '../../gateways/gateway.ts'
import { callbackTests } from './contract-callbacks.ts'
import { credentialTests } from './contract-credentials.ts'
import { hostile, reply } from './hostile.ts'
import type { World } from './world.ts'
import type { Hostile } from './hostile.ts'

/** Declares the tests; `makeWorld` is called once. */
export function contract(name: string, makeWorld: () => Promise<World>): void {
  describe(`the contract of a gateway: ${name}`, () => {
    let world: World
    beforeAll(async () => {
      world = await makeWorld()
    })
    afterAll(() => world.close())
    const given = () => world

    describe('money', () => moneyTests(given))
    describe('preparing', () => preparingTests(given))
    describe('answers that prove nothing', () => uncertaintyTests(given))
    describe('callbacks', () => callbackTests(given))
    describe('credentials', () => credentialTests(given))
  })
}

const signal = () => new AbortController().signal
const AMOUNT = 60_000_000n
let count = 0

function order(differs: Partial<PayoutOrder> = {}): PayoutOrder {
  count += 1
  const reference = `C${Date.now().toString(36).toUpperCase()}${count.toString(36).toUpperCase().padStart(5, '0')}`
  const amount = { minor: AMOUNT, currency: 'IDR' }
  return { payoutKey: `demo:P:P:T1:1/${reference}#1`, reference, amount, narrative: 'INSENTIF 1', ...differs }
}

function freeze(gateway: Gateway, destination: Destination, differs: Partial<PayoutOrder> = {}): FrozenRequest {
  const payout = order(differs)
  const prepared = gateway.prepare(payout, destination)
  if (!('body' in prepared)) throw new Error(`not prepared: ${prepared.code}`)
  return { payoutKey: payout.payoutKey, reference: payout.reference, body: prepared.body }
}

/** Asks until the payout has an end, at most five seconds. */
async function end(gateway: Gateway, reference: string) {
  for (const until = Date.now() + 5_000; Date.now() < until;) {
    const answer = await gateway.enquire({ reference, gatewayId: null }, signal())
    if (answer.kind === 'found' && !['accepted', 'processing'].includes(answer.observations[0].state))
      return answer.observations[0]
    await new Promise((turn) => setTimeout(turn, 20))
  }
  throw new Error('the payout has no end')
}

function moneyTests(given: () => World): void {
  test('the same key twice pays once', async () => {
    const { gateway, ...world } = given()
    const destination = world.destination('pays')
    const request = freeze(gateway, destination)
    const answers = [await gateway.submit(request, signal()), await gateway.submit(request, signal())]
    expect(answers[0]?.kind).toBe('observed')
    expect((await end(gateway, request.reference)).state).toBe('paid')
    expect(await world.moved(destination)).toBe(AMOUNT)
  })

  test('where a payout says it went is where it was sent, in our words, or it says nothing', async () => {
    const { gateway, ...world } = given()
    const destination = world.destination('pays')
    const request = freeze(gateway, destination)
    await gateway.submit(request, signal())
    const { account } = await end(gateway, request.reference)
    if (account === null) return
    expect(account.institution).toBe(destination.institution)
    expect(destination.number.endsWith(account.number)).toBe(true)
    expect(account.isWhole).toBe(account.number === destination.number)
  })

  test('the same key with other bytes never pays a second time', async () => {
    const { gateway, ...world } = given()
    const [destination, other] = [world.destination('pays'), world.destination('pays')]
    const request = freeze(gateway, destination)
    await gateway.submit(request, signal())
    const { body } = freeze(gateway, other, { reference: request.reference, payoutKey: request.payoutKey })
    const answer = await gateway.submit({ ...request, body }, signal())
    expect(answer.kind === 'observed' ? answer.observation.state : answer.kind).toMatch(/^(unknown|failed)$/)
    await end(gateway, request.reference)
    expect(await world.moved(destination)).toBe(AMOUNT)
    expect(await world.moved(other)).toBe(0n)
  })

  test('a submit without an answer is unknown, and can be asked about', async () => {
    const { gateway, ...world } = given()
    const destination = world.destination('commits-and-never-answers')
    const request = freeze(gateway, destination)
    expect((await gateway.submit(request, signal())).kind).toBe('unknown')
    expect((await end(gateway, request.reference)).state).toBe('paid')
    expect(await world.moved(destination)).toBe(AMOUNT)
  })

  test('a documented refusal is definitive, has no object and moves nothing', async () => {
    const { gateway, ...world } = given()
    const request = world.refusedRequest()
    const answer = await gateway.submit(request, signal())
    expect(answer).toMatchObject({ kind: 'observed', observation: { state: 'failed', gatewayId: null } })
    const failure = answer.kind === 'observed' ? answer.observation.failure : null
    expect(['permanent', 'config', 'needs-account']).toContain(failure?.class)
    expect(await gateway.enquire({ reference: request.reference, gatewayId: null }, signal())).toEqual({
      kind: 'not-found',
    })
  })

  test('a provider that asks to wait gets the same key again', async () => {
    const { gateway, ...world } = given()
    const answer = await gateway.submit(freeze(gateway, world.destination('asks-to-wait')), signal())
    expect(answer).toMatchObject({
      kind: 'retry-same',
      failure: { class: 'retry-same', retryAfterMs: expect.any(Number) },
    })
  })

  test('a failure nobody has documented is undocumented', async () => {
    const { gateway, ...world } = given()
    const request = freeze(gateway, world.destination('fails-undocumented'))
    await gateway.submit(request, signal())
    const seen = await end(gateway, request.reference)
    expect(seen).toMatchObject({
      state: 'failed',
      failure: { class: 'undocumented', vendorCode: expect.stringMatching(/./) },
    })
  })

  test('its table tells of each code what it means, and marks what people may class otherwise', async () => {
    const { gateway, ...world } = given()
    const { codes, meaningOf } = gateway.failures
    expect(codes.length).toBeGreaterThan(0)
    for (const code of codes) expect(meaningOf(code)?.isDocumented).toBe(true)
    for (const code of ['', ' ', 'HTTP 502', 'ECONNREFUSED ']) expect(meaningOf(code)).toBeNull()
    for (const kind of ['fails-undocumented', 'asks-to-wait'] as const) {
      const request = freeze(gateway, world.destination(kind))
      const answer = await gateway.submit(request, signal())
      const failure =
        kind === 'asks-to-wait' && answer.kind === 'retry-same'
          ? answer.failure
          : (await end(gateway, request.reference)).failure
      expect(failure?.isTabled).toBe(kind === 'asks-to-wait' ? undefined : true)
      if (failure?.isTabled) expect(meaningOf(failure.vendorCode)?.class).toBe(failure.class)
    }
  })

  test('a status nobody knows is processing, and its word is kept', async () => {
    const { gateway, ...world } = given()
    const request = freeze(gateway, world.destination('shows-unknown-status'))
    await gateway.submit(request, signal())
    await expect
      .poll(async () => {
        const answer = await gateway.enquire({ reference: request.reference, gatewayId: null }, signal())
        return (
          answer.kind === 'found' &&
          answer.observations[0].state === 'processing' &&
          answer.observations[0].vendorStatus
        )
      })
      .toMatch(/./)
  })

  test('the balance is what the provider holds for us', async () => {
    const balance = await given().gateway.balance(signal())
    expect(balance.minor).toBeGreaterThan(0n)
    expect(balance.currency).toBe('IDR')
  })
}

function preparingTests(given: () => World): void {
  test('is pure: the same order makes the same bytes', () => {
    const { gateway, ...world } = given()
    const destination = world.destination('pays')
    const payout = order()
    expect(gateway.prepare(payout, destination)).toEqual(gateway.prepare(payout, destination))
  })

  test('amounts come back as they were sent, to the last sen', async () => {
    const { gateway, ...world } = given()
    const institution = gateway.capabilities.institutions.find(
      ({ code }) => code === world.destination('pays').institution,
    )
    const limits = { min: BigInt(institution?.minMinor ?? 0), max: BigInt(institution?.maxMinor ?? 0) }
    const amounts = fc.sample(fc.bigInt(limits), { numRuns: 15, seed: 1 })
    for (const minor of [limits.min, limits.max, ...amounts]) {
      const request = freeze(gateway, world.destination('pays'), { amount: { minor, currency: 'IDR' } })
      const answer = await gateway.submit(request, signal())
      expect(answer).toMatchObject({ kind: 'observed', observation: { amount: { minor, currency: 'IDR' } } })
    }
  })

  test('refuses what the provider would refuse', () => {
    const { gateway, ...world } = given()
    const destination = world.destination('pays')
    const { minMinor = '0', maxMinor = '0' } =
      gateway.capabilities.institutions.find(({ code }) => code === destination.institution) ?? {}
    const refused: readonly [Partial<PayoutOrder>, Partial<Destination>][] = [
      [{ amount: { minor: BigInt(minMinor) - 1n, currency: 'IDR' } }, {}],
      [{ amount: { minor: BigInt(maxMinor) + 1n, currency: 'IDR' } }, {}],
      [{ amount: { minor: -AMOUNT, currency: 'IDR' } }, {}],
      [{ amount: { minor: AMOUNT, currency: 'USD' } }, {}],
      [{ reference: 'lower case' }, {}],
      [{ payoutKey: 'a\r\nx-injected: 1' }, {}],
      [{ narrative: 'naïve\n' }, {}],
      [{}, { institution: 'ID.NONE' }],
      [{}, { number: '12 34' }],
      [{}, { number: '' }],
      [{}, { kind: destination.kind === 'bank' ? 'wallet' : 'bank' }],
      [{}, { holder: '' }],
      [{}, { holder: 'A\u0000B' }],
      [{}, { holder: 'x'.repeat(1_000) }],
    ]
    for (const [payout, place] of refused) {
      const result = gateway.prepare(order(payout), { ...destination, ...place })
      expect([payout, place, 'class' in result]).toEqual([payout, place, true])
    }
  })

  test('names, numbers and keys of any kind never make it throw', () => {
    const { gateway, ...world } = given()
    const destination = world.destination('pays')
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string(), fc.bigInt(), (text, other, minor) => {
        const results = [
          gateway.prepare(order({ narrative: text, reference: other }), destination),
          gateway.prepare(order({ payoutKey: text, amount: { minor, currency: 'IDR' } }), destination),
          gateway.prepare(order(), { ...destination, holder: text, number: other }),
        ]
        for (const result of results) expect('body' in result || FAILURE_CLASSES.includes(result.class)).toBe(true)
      }),
    )
  })
}

/** Everything an adapter can be asked over the network, as what it proves. */
async function askEverything(gateway: Gateway, request: FrozenRequest, destination: Destination) {
  const submit = await gateway.submit(request, signal())
  const enquiry = await gateway.enquire({ reference: request.reference, gatewayId: null }, signal())
  const check = await gateway.checkAccount(destination, signal())
  const balance = await gateway.balance(signal()).catch((error: unknown) => error)
  return { submit, enquiry, check, balance }
}

function uncertaintyTests(given: () => World): void {
  const badAnswers: readonly [string, (server: string) => Buffer | 'reset' | 'silence' | 'end'][] = [
    ['silence', () => 'silence'],
    ['a reset', () => 'reset'],
    ['an end', () => 'end'],
    ['500', () => reply(500, '{"code":"SERVER_ERROR"}')],
    ['502 as a page', () => reply(502, '<html></html>', { 'content-type': 'text/html' })],
    ['503', () => reply(503, '')],
    ['a redirect', () => reply(302, '', { location: '/elsewhere' })],
    ['a page with 200', () => reply(200, '<html></html>')],
    ['a refusal nobody has documented', () => reply(418, '{"code":"TEAPOT"}')],
    ['a proxy that finds nothing', () => reply(404, '<html></html>')],
    ['JSON that is cut off', (body) => reply(200, body.slice(0, -4))],
    [
      'an answer that is shorter than promised',
      (body) => reply(200, body, { 'content-length': String(body.length + 9) }),
    ],
    ['too large an answer', () => reply(200, JSON.stringify({ x: 'x'.repeat(2_000_000) }))],
    ['deep nesting', () => reply(200, `${'['.repeat(50_000)}${']'.repeat(50_000)}`)],
    ['a poisoned prototype', (body) => reply(200, `{"__proto__":${body}}`)],
    ['NUL in its members', (body) => reply(200, body.replaceAll(/":"/g, '":"\\u0000'))],
    ['null', () => reply(200, 'null')],
    ['an empty object', () => reply(200, '{}')],
  ]

  test.each(badAnswers)('%s leaves a submit unknown, and is never taken for an answer', async (_name, answer) => {
    const world = given()
    const request = freeze(world.gateway, world.destination('pays'))
    const bytes = answer(world.submitAnswer(request.reference))
    const server = await answering(bytes)
    const told = await askEverything(world.gatewayAt(server.url), request, world.destination('pays'))
    expect(told.submit).toMatchObject({ kind: 'unknown', failure: { class: 'unknown' } })
    expect([told.enquiry.kind, told.check.kind]).toEqual(['unavailable', 'unavailable'])
    expect(told.balance).toBeInstanceOf(Error)
    expect(server.requests()).toBe(4)
    expectNoSecrets(world, told, String(told.balance), request)
    await server.close()
  })

  test('an answer about another reference leaves it unknown', async () => {
    const world = given()
    const request = freeze(world.gateway, world.destination('pays'))
    const server = await answering(reply(200, world.submitAnswer('SOMEBODYELSE')))
    expect((await world.gatewayAt(server.url).submit(request, signal())).kind).toBe('unknown')
    await server.close()
  })

  test('any JSON with any status below 500 never makes it throw or believe', async () => {
    const world = given()
    const request = freeze(world.gateway, world.destination('pays'))
    let bytes: Buffer = Buffer.alloc(0)
    const server = await hostile((socket) => void socket.write(bytes))
    const gateway = world.gatewayAt(server.url)
    await fc.assert(
      fc.asyncProperty(fc.jsonValue(), fc.constantFrom(200, 202, 204, 299, 402, 410, 451), async (json, status) => {
        bytes = reply(status, JSON.stringify(json))
        expect((await gateway.submit(request, signal())).kind).toBe('unknown')
        expect((await gateway.enquire({ reference: request.reference, gatewayId: null }, signal())).kind).toBe(
          'unavailable',
        )
      }),
      { numRuns: 60 },
    )
    await server.close()
  })

  test('a refused connection is not sent, 429 is the same key again', async () => {
    const world = given()
    const request = freeze(world.gateway, world.destination('pays'))
    const gone = await answering('silence')
    await gone.close()
    const told = await askEverything(world.gatewayAt(gone.url), request, world.destination('pays'))
    expect(told.submit).toMatchObject({ kind: 'not-sent' })
    expect([told.enquiry.kind, told.check.kind]).toEqual(['unavailable', 'unavailable'])
    expectNoSecrets(world, told, String(told.balance), request)

    const busy = await answering(reply(429, 'slow down', { 'retry-after': '7' }))
    const waits = await askEverything(world.gatewayAt(busy.url), request, world.destination('pays'))
    const failure = expect.objectContaining({ class: 'retry-same', retryAfterMs: 7_000 })
    expect(waits).toMatchObject({
      submit: { kind: 'retry-same', failure },
      enquiry: { kind: 'unavailable', failure },
      check: { kind: 'unavailable', failure },
    })
    await busy.close()
  })

  test('a call that was cancelled before it began sends nothing', async () => {
    const world = given()
    const server = await answering(reply(200, '{}'))
    const request = freeze(world.gateway, world.destination('pays'))
    expect((await world.gatewayAt(server.url).submit(request, AbortSignal.abort())).kind).toBe('not-sent')
    expect(server.connections()).toBe(0)
    await server.close()
  })
}

async function answering(answer: Buffer | 'reset' | 'silence' | 'end'): Promise<Hostile> {
  return hostile((socket) => {
    if (answer === 'reset') socket.resetAndDestroy()
    else if (answer === 'end') socket.end()
    // One answer a connection: a promise of more bytes than came must end with the connection.
    else if (answer !== 'silence') socket.end(answer)
  })
}

function expectNoSecrets(world: World, told: object, balance: string, request: FrozenRequest): void {
  const text =
    JSON.stringify(told, (_key, value: unknown) => (typeof value === 'bigint' ? value.toString() : value)) + balance
  const { account } = JSON.parse(Buffer.from(request.body).toString()) as { account?: string }
  for (const secret of [...world.secrets, ...(account ? [account] : [])]) expect(text).not.toContain(secret)
}
