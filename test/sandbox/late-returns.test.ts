/** Money that comes back weeks after it was paid, through the real adapter, on the sandbox's own clock. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { AMOUNT, bank, freeze, never, openStage, received, until, untilState, type Stage } from './stage.ts'

const DAY_MS = 86_400_000

let stage: Stage
beforeAll(async () => {
  // A month passes in a second or two.
  stage = await openStage({ timeFactor: 5e-7 })
})
afterAll(() => stage.close())

test('scenario 31: paid, and returned after thirty days, told once by a callback and by every enquiry since', async () => {
  const account = '99310100001'
  const request = freeze(stage.gateway, bank(account))
  await stage.gateway.submit(request, never)
  const heard = () =>
    stage.heard.filter(({ result }) => result.kind === 'event' && result.reference === request.reference)
  await until(() => (heard().length === 1 ? true : undefined))
  expect(heard()[0]?.result).toMatchObject({ trusted: true, observation: { state: 'paid' } })
  expect(received(await stage.journal(), account)).toBe(AMOUNT)
  expect(await untilState(stage.gateway, request.reference, 'returned')).toMatchObject({
    amount: { minor: AMOUNT, currency: 'IDR' },
  })
  await until(() => (heard().length === 2 ? true : undefined))
  expect(heard()[1]?.result).toMatchObject({ trusted: true, observation: { state: 'returned' } })
  const times = heard().map(({ result }) =>
    result.kind === 'event' ? Date.parse(result.observation.at ?? '') : Number.NaN,
  )
  expect((times[1] ?? 0) - (times[0] ?? 0)).toBeGreaterThan(29 * DAY_MS)
  expect(received(await stage.journal(), account)).toBe(0n)
})
