/** What a person must do next, lived through by whole lives: months are skipped, gateway, store and workflows are real. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { received } from '../sandbox/stage.ts'
import { bankAccount, swiftProgramme } from '../support/builders.ts'
import { openScene, untilTrue, type Scene } from '../support/temporal.ts'
import { AMOUNT, DAY, disbursementOf, HOUR, WAVE } from '../support/world.ts'

const swift = swiftProgramme()
const programme = {
  ...swift,
  tranches: swift.tranches.slice(0, 1),
  payment: {
    ...swift.payment,
    accounts: { checkAgainAfter: 'P2D' },
    actions: { relink: { within: 'P10D', otherwise: 'hold' } },
  } as const,
}
const course = programme.training.courses[0]?.code ?? ''

let scene: Scene
beforeAll(async () => {
  scene = await openScene({ programme })
})
afterAll(() => scene.close())
afterEach(async () => {
  expect(await scene.imbalances()).toEqual([])
})

const person = (ref: string) => ({ programme: 'swift', ref, reason: 'asked' })
const life = (ref: string) =>
  scene.one<{ state: string; action: string | null; attention: string | null; attempts: number; hold: string | null }>(
    `SELECT d.state, d.action, p.attention, d.attempts, p.hold_cause AS hold
       FROM disbursement d JOIN participant p USING (programme, ref) WHERE d.key = $1`,
    [disbursementOf(ref)],
  )
const relayed = () => scene.root.pool.query('UPDATE message SET deliver_after = now()')

/** Trained, with an account that asks the sandbox for a scenario. */
async function trained(account = bankAccount(), name = 'Siti Aminah'): Promise<string> {
  const ref = await scene.register({ account, name }, await scene.now())
  await scene.settle()
  await untilTrue(
    async () => (await scene.count(`SELECT FROM participant WHERE ref = $1 AND stage = 'admission'`, [ref])) === 1,
  )
  const atMs = await scene.now()
  await scene.act((acts) => acts.admit({ programme: 'swift', wave: WAVE, decree: 'SK', refs: [ref] }), atMs)
  for (const kind of ['course-started', 'course-completed', 'course-rated'] as const) {
    const evidence = { programme: 'swift', ref, kind, subject: course, occurredAtMs: atMs, document: null }
    await scene.act((acts) => acts.recordEvidence(evidence), atMs)
  }
  await scene.settle()
  return ref
}

/** Lets time pass until the life stands so. */
async function until(ref: string, wanted: Partial<Awaited<ReturnType<typeof life>>>, stepMs = HOUR): Promise<void> {
  const isSo = async (): Promise<boolean> => {
    const { rows } = await scene.root.pool.query('SELECT FROM disbursement WHERE key = $1', [disbursementOf(ref)])
    if (rows.length === 0) return false
    const now = await life(ref)
    return Object.entries(wanted).every(([name, value]) => now[name as keyof typeof now] === value)
  }
  await untilTrue(async () => {
    if (await isSo()) return true
    await scene.pass(stepMs)
    return isSo()
  })
}

describe('a life whose payment failed', () => {
  it('because the wallet is not upgraded goes on by itself when it is, to the same link', async () => {
    const account = bankAccount('16', '2')
    const ref = await trained(account)
    await until(ref, { action: 'upgrade-wallet', attention: 'waiting-for-upgrade' })
    await until(ref, { state: 'paid' }, 12 * HOUR)
    expect(received(await scene.journal(), account.number)).toBe(AMOUNT)
    const [link, ...others] = await scene.store.reads.accounts('swift', ref)
    expect(others).toEqual([])
    expect(link?.checks.at(-1)).toMatchObject({ verdict: 'verified', score: 100 })
    expect(await scene.result(ref)).toEqual({ outcome: 'completed' })
  })

  it('because the limit of the month is used up goes on by itself in the next one', async () => {
    const account = bankAccount('15', '2')
    const ref = await trained(account)
    await until(ref, { action: 'wait-for-limit', attention: 'waiting-for-limit' })
    const { rests } = await scene.one<{ rests: Date }>('SELECT rests_until AS rests FROM account WHERE ref = $1', [ref])
    await until(ref, { state: 'paid' }, 5 * DAY)
    expect(await scene.now()).toBeGreaterThanOrEqual(rests.getTime())
    expect(received(await scene.journal(), account.number)).toBe(AMOUNT)
  })

  it('because a name differs goes on by itself when it is corrected', async () => {
    const account = bankAccount('14', '2')
    const ref = await trained(account, 'Peserta Lain')
    await until(ref, { action: 'correct-name', attention: 'waiting-for-name' })
    await scene.act((acts) => acts.correct(person(ref), { name: 'Siti Aminah' }), await scene.now())
    await relayed()
    await until(ref, { state: 'paid' })
    expect(received(await scene.journal(), account.number)).toBe(AMOUNT)
  })

  it('because the account is closed is stopped when none comes in time, and goes on when an operator says so', async () => {
    const ref = await trained(bankAccount('12', '8'))
    await until(ref, { action: 'relink', attention: 'waiting-for-account' })
    await until(ref, { hold: 'action-overdue', attention: 'action-overdue' }, DAY)
    await scene.act((acts) => acts.release(person(ref)), await scene.now())
    await relayed()
    await until(ref, { attention: 'waiting-for-account' })
    const account = bankAccount()
    await scene.link(ref, account, await scene.now())
    await until(ref, { state: 'paid', attempts: 2 }, 6 * HOUR)
    expect(received(await scene.journal(), account.number)).toBe(AMOUNT)
  })
})
