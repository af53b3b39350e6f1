/** Lives of months in seconds: the real workflows, store, gateway adapter and simulator; only time is skipped. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { programmeTotal, type Programme } from '../../domain/programme.ts'
import { shippedProgramme } from '../../programmes/index.ts'
import { received } from '../sandbox/stage.ts'
import { bankAccount } from '../support/builders.ts'
import { openScene, untilTrue, type Scene } from '../support/temporal.ts'
import { DAY, disbursementOf, HOUR, WAVE } from '../support/world.ts'

/** The rules of 2020, with deadlines that move with the year of the test. */
function prakerja2020(): Programme {
  const programme = shippedProgramme('prakerja-2020')
  return {
    ...programme,
    training: { ...programme.training, completeWithin: 'P8M' },
    tranches: programme.tranches.map((rule) => ({ ...rule, lapsesAfter: 'P1Y' })),
  }
}

const programme = prakerja2020()
const code = programme.code
const course = programme.training.courses[0]?.code ?? ''
let scene: Scene
beforeAll(async () => {
  scene = await openScene({ programme })
})
afterAll(() => scene.close())
afterEach(async () => {
  expect(await scene.imbalances()).toEqual([])
})

const person = (ref: string, reason = 'asked') => ({ programme: code, ref, reason })
const stage = async (ref: string): Promise<string> => {
  const { stage: at, outcome } = await scene.one<{ stage: string; outcome: string | null }>(
    'SELECT stage, outcome FROM participant WHERE ref = $1',
    [ref],
  )
  return outcome ? `${at}: ${outcome}` : at
}
const until = (ref: string, wanted: string): Promise<void> => untilTrue(async () => (await stage(ref)) === wanted)
const paid = (ref: string) => scene.count(`SELECT FROM disbursement WHERE ref = $1 AND state = 'paid'`, [ref])
const stateOf = async (ref: string, tranche = 'incentive-1'): Promise<string> => {
  const { rows } = await scene.root.pool.query<{ state: string }>('SELECT state FROM disbursement WHERE key = $1', [
    disbursementOf(ref, tranche, code),
  ])
  return rows[0]?.state ?? 'none'
}

/** Registered and told; the life screens itself. */
async function registered(account = bankAccount()): Promise<string> {
  // The name stands on the account as the programme has it: it is compared before the first payment.
  const ref = await scene.register({ account, name: account.holder }, await scene.now())
  await scene.settle()
  await until(ref, 'admission')
  return ref
}

async function admitted(account = bankAccount()): Promise<string> {
  const ref = await registered(account)
  const decree = { programme: code, wave: WAVE, decree: 'SK-1', refs: [ref] }
  await scene.act((acts) => acts.admit(decree), await scene.now())
  await scene.settle()
  await until(ref, 'training')
  return ref
}

async function trained(account = bankAccount()): Promise<string> {
  const ref = await admitted(account)
  const atMs = await scene.now()
  for (const kind of ['course-started', 'course-completed', 'course-rated'] as const) {
    const evidence = { programme: code, ref, kind, subject: course, occurredAtMs: atMs, document: null }
    await scene.act((acts) => acts.recordEvidence(evidence), atMs)
  }
  await scene.settle()
  await until(ref, 'incentives')
  return ref
}

async function answerOpenSurveys(ref: string): Promise<void> {
  const nowMs = await scene.now()
  const { rows } = await scene.root.pool.query<{ code: string }>(
    `SELECT code FROM tranche WHERE ref = $1 AND state = 'open' AND opens_at <= $2 AND due_at IS NULL`,
    [ref, new Date(nowMs)],
  )
  for (const { code: tranche } of rows) {
    const subject = tranche.replace('survey', 'evaluation')
    const evidence = { programme: code, ref, kind: 'survey-answered', occurredAtMs: nowMs, document: null } as const
    await scene.act((acts) => acts.recordEvidence({ ...evidence, subject }), nowMs)
  }
}

/** Days pass until it is so; surveys are answered, or not. */
async function days(ref: string, isThere: () => Promise<boolean>, surveys: boolean, step = 2 * DAY): Promise<void> {
  for (let turn = 0; turn < 150; turn += 1) {
    if (await isThere()) return
    if (surveys) await answerOpenSurveys(ref)
    await scene.pass(step)
  }
  throw new Error(`it did not happen: ${await stage(ref)}`)
}

describe('a life under the rules of 2020', () => {
  it('pays four incentives and three surveys over months, and nothing more', async () => {
    const account = bankAccount()
    const ref = await trained(account)
    const startedMs = await scene.now()
    await days(ref, async () => (await stage(ref)) === 'closed: completed', true)
    expect(await paid(ref)).toBe(7)
    const total = received(await scene.journal(), account.number)
    expect(total).toBe(255_000_000n)
    expect(total + BigInt(programme.training.balance)).toBe(programmeTotal(programme))
    expect(programmeTotal(programme)).toBe(355_000_000n)
    expect((await scene.now()) - startedMs).toBeGreaterThan(90 * DAY)
    expect(await scene.result(ref)).toEqual({ outcome: 'completed' })
  })

  it('with surveys missed pays the incentives only', async () => {
    const account = bankAccount()
    const ref = await trained(account)
    await days(ref, async () => (await stage(ref)) === 'closed: completed', false, 5 * DAY)
    expect(received(await scene.journal(), account.number)).toBe(240_000_000n)
    expect(await scene.count(`SELECT FROM tranche WHERE ref = $1 AND state = 'missed'`, [ref])).toBe(3)
    expect(await scene.result(ref)).toEqual({ outcome: 'completed' })
  })

  it('ends when no course was bought in time, without anything but its own timer', async () => {
    const ref = await admitted()
    await scene.pass(29 * DAY)
    expect(await stage(ref)).toBe('training')
    await scene.pass(2 * DAY)
    await until(ref, 'closed: expired')
    expect(await scene.result(ref)).toEqual({ outcome: 'expired' })
  })

  it('ends when the person leaves, after what was in flight', async () => {
    const ref = await trained()
    await days(ref, async () => (await paid(ref)) === 1, false)
    await scene.act((acts) => acts.withdraw(person(ref)), await scene.now())
    await scene.root.pool.query('UPDATE message SET deliver_after = now()')
    await scene.settle()
    await until(ref, 'closed: withdrawn')
    expect(await scene.result(ref)).toEqual({ outcome: 'withdrawn' })
    expect(await paid(ref)).toBe(1)
  })

  it('on hold pays nothing for weeks, and goes on when it is released', async () => {
    const ref = await trained()
    await scene.act((acts) => acts.hold(person(ref)), await scene.now())
    await scene.root.pool.query('UPDATE message SET deliver_after = now()')
    await scene.pass(20 * DAY)
    expect(await stateOf(ref)).toBe('released')
    expect(await scene.count('SELECT FROM payout WHERE ref = $1', [ref])).toBe(0)
    await scene.act((acts) => acts.release(person(ref)), await scene.now())
    await scene.root.pool.query('UPDATE message SET deliver_after = now()')
    await days(ref, async () => (await paid(ref)) === 1, false)
  })

  it('waits for another account when one is closed, and pays to the new one', async () => {
    const closed = bankAccount('12', '8')
    const ref = await trained(closed)
    await days(ref, async () => (await stateOf(ref)) === 'needs-account', false)
    const account = bankAccount()
    await scene.link(ref, account, await scene.now())
    await days(ref, async () => (await paid(ref)) === 1, false, HOUR * 20)
    const journal = await scene.journal()
    expect([received(journal, closed.number), received(journal, account.number)]).toEqual([0n, 60_000_000n])
  })

  it('is refused at once by the rules', async () => {
    const ref = await scene.register({ occupation: 'civil-servant' }, await scene.now())
    await scene.settle()
    await until(ref, 'closed: refused')
    expect(await scene.result(ref)).toEqual({ outcome: 'refused' })
  })
})
