/** What the judge of a trial finds when somebody terminates a workflow or moves a row by hand, and that it finds nothing else. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { unfollowed } from '../../chaos/live/followed.ts'
import { contradictions } from '../../chaos/live/history.ts'
import { participantWorkflowId, payoutKey } from '../../domain/identity.ts'
import type { AccountDetails } from '../../domain/registration.ts'
import { resetToStart } from '../../temporal/reopen.ts'
import { openCountry } from '../support/audited-country.ts'
import { bankAccount, swiftProgramme } from '../support/builders.ts'
import { openScene, untilTrue, type Scene } from '../support/temporal.ts'
import { disbursementOf, SECOND, TIMING, WAVE } from '../support/world.ts'

const swift = swiftProgramme()
const programme = { ...swift, tranches: swift.tranches.slice(0, 1) }
const course = programme.training.courses[0]?.code ?? ''

let scene: Scene
beforeAll(async () => {
  scene = await openScene({ programme, server: 'real', timeFactor: 0.1 })
})
afterAll(() => scene.close())

const found = (staysMs = 10_000) => unfollowed(scene, staysMs)
const handleOf = (ref: string) => scene.temporal.client.workflow.getHandle(participantWorkflowId('swift', ref))

async function inTraining(account: AccountDetails = bankAccount()): Promise<string> {
  const ref = await scene.register({ account }, Date.now())
  await scene.settle()
  await untilTrue(async () => (await scene.count(`SELECT FROM participant WHERE stage = 'screening'`)) === 0)
  await scene.act((acts) => acts.admit({ programme: 'swift', wave: WAVE, decree: 'SK', refs: [ref] }), Date.now())
  await scene.settle()
  return ref
}

async function owed(account: AccountDetails, state: string): Promise<string> {
  const ref = await inTraining(account)
  for (const kind of ['course-started', 'course-completed', 'course-rated'] as const) {
    const evidence = { programme: 'swift', ref, kind, subject: course, occurredAtMs: Date.now(), document: null }
    await scene.act((acts) => acts.recordEvidence(evidence), Date.now())
  }
  const reached = 'SELECT FROM disbursement WHERE key = $1 AND state = $2'
  await untilTrue(async () => (await scene.count(reached, [disbursementOf(ref), state])) === 1)
  await scene.settle()
  await atRest(ref)
  return ref
}

/** What was told last is looked at a moment after it was told: a row that is moved before would be seen as it was moved. */
async function atRest(ref: string): Promise<void> {
  let events = 0
  await untilTrue(async () => {
    const before = events
    await scene.pass(SECOND)
    events = (await handleOf(ref).describe()).historyLength
    return events === before
  })
}

/** Changes a row as somebody would who has the whole database, looks, and puts it back. */
async function byHand<T>(change: string, back: string, key: string, look: () => Promise<T>): Promise<T> {
  const write = async (text: string): Promise<void> => {
    const client = await scene.root.pool.connect()
    try {
      await client.query('SET session_replication_role = replica')
      await client.query(text, [key])
    } finally {
      await client.query('RESET session_replication_role')
      client.release()
    }
  }
  await write(change)
  try {
    return await look()
  } finally {
    await write(back)
  }
}

describe('the judge', () => {
  it('finds nothing where people wait, are paid, and have been paid', async () => {
    await scene.register({ account: bankAccount() }, Date.now())
    await inTraining()
    await owed(bankAccount('10'), 'needs-account')
    const paid = await owed(bankAccount(), 'paid')
    await scene.result(paid)
    expect(await found()).toEqual([])
    expect(await contradictions(scene.root)).toEqual([])
  })

  it('finds the life whose workflow was terminated by hand', async () => {
    const ref = await inTraining()
    expect(await found()).toEqual([])
    const { runId } = await handleOf(ref).describe()
    await handleOf(ref).terminate('a test')
    expect(await found(0)).toEqual([`${ref} is in training, and no workflow follows it`])
    const run = { workflowId: participantWorkflowId('swift', ref), runId }
    expect(await resetToStart(scene.temporal, run, 'a test')).toBe(true)
    expect(await found()).toEqual([])
  })

  it('finds the workflow of nobody, and of a kind that nobody knows', async () => {
    const start = { taskQueue: 'nobody-serves', args: [] }
    const strangers = await Promise.all([
      scene.temporal.client.workflow.start('participant', { ...start, workflowId: 'participant:swift:NOBODY' }),
      scene.temporal.client.workflow.start('stranger', { ...start, workflowId: 'stranger' }),
    ])
    await untilTrue(async () => (await found(0)).length === 2)
    expect((await found(0)).toSorted()).toEqual([
      'participant:swift:NOBODY runs, and there is no row of it',
      'stranger is a stranger, which nobody knows',
    ])
    for (const stranger of strangers) await stranger.terminate('a test')
    expect(await found()).toEqual([])
  })

  it('finds the row that was moved by hand: against what its workflow saw, and against its history', async () => {
    const ref = await owed(bankAccount('10'), 'needs-account')
    const key = disbursementOf(ref)
    const change = `UPDATE disbursement SET state = 'review' WHERE key = $1`
    const back = `UPDATE disbursement SET state = 'needs-account' WHERE key = $1`
    const both = () => Promise.all([found(0), contradictions(scene.root)])
    const [seen, folded] = await byHand(change, back, key, both)
    const workflow = participantWorkflowId('swift', ref)
    expect(seen).toEqual([`${workflow} saw ${key} needs-account, and its row is review`])
    expect(folded).toEqual([`I18 ${key} is review, and its history leaves it needs-account`])
  })

  it.each([
    ['payout', 'state', 'cancelled', 'failed', (ref: string) => payoutKey(disbursementOf(ref), 1)],
    ['participant', 'stage', 'training', 'incentives', (ref: string) => `swift:${ref}`],
  ] as const)('finds a %s whose %s was moved by hand', async (table, column, to, from, keyOf) => {
    const ref = await owed(bankAccount('10'), 'needs-account')
    const where = table === 'payout' ? 'key = $1' : `programme || ':' || ref = $1`
    const set = (value: string): string => `UPDATE ${table} SET ${column} = '${value}' WHERE ${where}`
    const folded = await byHand(set(to), set(from), keyOf(ref), () => contradictions(scene.root))
    expect(folded).toEqual([`I18 ${keyOf(ref)} is ${to}, and its history leaves it ${from}`])
  })

  it('finds who waits until an instant at which nothing wakes them', async () => {
    const ref = await owed(bankAccount('10'), 'needs-account')
    const move = (days: number): string =>
      `UPDATE disbursement SET lapses_at = lapses_at + interval '${days} days' WHERE key = $1`
    const seen = await byHand(move(-59), move(59), disbursementOf(ref), () => found(0))
    expect(seen).toEqual([
      expect.stringMatching(new RegExp(`:${ref} waits until .*, and its next timer ends (at|never)`)),
    ])
  })

  it('finds who was to be told that something has ended, and is not', async () => {
    await scene.root.pool.query(`INSERT INTO telling (cause) VALUES ('freeze:a')`)
    expect(await found(0)).toEqual(['who waited for freeze:a is not told that it has ended'])
    await scene.root.pool.query(`DELETE FROM telling WHERE cause = 'freeze:a'`)
  })

  it('folds a whole country, in which everything has happened that can, to what its rows show', async () => {
    const { world } = await openCountry()
    try {
      expect(await contradictions(world.root, TIMING)).toEqual([])
    } finally {
      await world.close()
    }
  })
})
