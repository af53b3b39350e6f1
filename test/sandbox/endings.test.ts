/** Scenarios whose digit says how they end, and answers that are not true, through the real adapter. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { AMOUNT, bank, freeze, never, openStage, received, until, untilState, type Stage } from './stage.ts'

let stage: Stage
beforeAll(async () => {
  stage = await openStage({ timeFactor: 0.02 })
})
afterAll(() => stage.close())

let accounts = 500_000
async function send(scenario: string) {
  accounts += 1
  const account = `99${scenario}${accounts}`
  const request = freeze(stage.gateway, bank(account))
  return { account, request, answer: await stage.gateway.submit(request, never) }
}

const heard = (reference: string): readonly string[] =>
  stage.heard.flatMap(({ result }) =>
    result.kind === 'event' && result.reference === reference ? [result.observation.state] : [],
  )
const arrived = async (account: string): Promise<bigint> => received(await stage.journal(), account)

describe('a way with an end of its own', () => {
  test.each([
    ['507', ['processing'], 'processing', 0n],
    ['502', ['failed'], 'failed', 0n],
    ['503', ['cancelled'], 'cancelled', 0n],
    ['504', ['returned'], 'returned', 0n],
    ['506', ['paid'], 'paid', AMOUNT],
  ] as const)('%s tells %s before it answers that it is accepted', async (scenario, told, end, got) => {
    const { account, request, answer } = await send(scenario)
    expect(heard(request.reference)).toEqual(told)
    expect(answer).toMatchObject({ kind: 'observed', observation: { state: 'accepted' } })
    const { amount } = await untilState(stage.gateway, request.reference, end)
    expect(amount?.minor).toBe(scenario === '506' ? AMOUNT - 1n : AMOUNT)
    expect(await arrived(account)).toBe(got)
  })

  test.each([
    ['040', 'paid'],
    ['042', 'failed'],
    ['043', 'cancelled'],
    ['044', 'returned'],
  ] as const)('%s tells that it is under way, and %s to nobody who does not ask', async (scenario, end) => {
    const { request } = await send(scenario)
    expect(heard(request.reference)).toEqual(['processing'])
    await untilState(stage.gateway, request.reference, end)
    expect(heard(request.reference)).toEqual(['processing'])
  })

  test.each([
    ['597', 'processing'],
    ['592', 'failed'],
    ['593', 'cancelled'],
    ['594', 'returned'],
    ['595', 'accepted'],
  ] as const)('%s is not answered, and %s when it is found', async (scenario, end) => {
    const { request, answer } = await send(scenario)
    expect(answer).toMatchObject({ kind: 'unknown' })
    await untilState(stage.gateway, request.reference, end)
    expect(heard(request.reference)).toEqual([])
  })
})

test('38 tells of the failure and of the return, and of the success between them to nobody', async () => {
  const { account, request } = await send('380')
  await until(() => (heard(request.reference).join() === 'failed,returned' ? true : undefined))
  expect(await arrived(account)).toBe(0n)
})

test('39 tells of a return that never was', async () => {
  const { account, request } = await send('390')
  await until(() => (heard(request.reference).join() === 'paid,returned' ? true : undefined))
  expect((await untilState(stage.gateway, request.reference, 'paid')).state).toBe('paid')
  expect(await arrived(account)).toBe(AMOUNT)
})

test.each([
  ['260', 'failed', 0n],
  ['480', 'paid', AMOUNT],
] as const)('%s is refused by its answer, and is %s', async (scenario, end, got) => {
  const { account, request, answer } = await send(scenario)
  const failure = { class: 'permanent', code: 'amount-out-of-range' }
  expect(answer).toMatchObject({ kind: 'observed', observation: { state: 'failed', failure } })
  if (end === 'paid') await untilState(stage.gateway, request.reference, end)
  else expect((await stage.gateway.submit(request, never)).kind).toBe('observed')
  expect(await arrived(account)).toBe(got)
})

test('64 is told to come again tomorrow, and pays', async () => {
  const { account, request, answer } = await send('640')
  expect(answer).toMatchObject({ kind: 'retry-same', failure: { retryAfterMs: 86_400_000 } })
  await untilState(stage.gateway, request.reference, 'paid')
  expect(await arrived(account)).toBe(AMOUNT)
})

test('65 is never known, however often it is sent', async () => {
  const { request } = await send('650')
  for (let sends = 0; sends < 3; sends += 1)
    expect(await stage.gateway.submit(request, never)).toMatchObject({ kind: 'unknown' })
  expect((await stage.gateway.enquire({ reference: request.reference, gatewayId: null }, never)).kind).toBe('not-found')
})

test('a sandbox that begins at another time goes on from there', async () => {
  const startsAtMs = Date.parse('2026-11-22T05:00:00Z')
  const past = await openStage({ startsAtMs, timeFactor: 1 })
  const request = freeze(past.gateway, bank('1234567890'))
  await past.gateway.submit(request, never)
  const accepted = (await past.journal()).find(({ kind }) => kind === 'accepted')
  await past.close()
  expect(Date.parse(accepted?.virtualAt ?? '') - startsAtMs).toBeGreaterThanOrEqual(0)
  expect(Date.parse(accepted?.virtualAt ?? '') - startsAtMs).toBeLessThan(60_000)
})
