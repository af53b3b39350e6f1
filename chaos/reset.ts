/** Lives that are sent back to their start, whatever state they are in: the store knows what was done, and nothing is paid again. */
import { setTimeout as sleep } from 'node:timers/promises'
import { participantWorkflowId } from '../domain/identity.ts'
import type { Follow } from '../local/demo/lives.ts'
import { SEEDED_WAVE } from '../local/seed.ts'
import { connectTemporal, type Temporal } from '../temporal/connect.ts'
import { resetToStart } from '../temporal/reopen.ts'
import { KINDS, peopleOf } from './live/people.ts'
import { register, type Stand } from './live/stand.ts'
import { until, type Trial } from './live/trial.ts'

/** Of each: people who are at their end or wait for others, who wait to be admitted, and who are in training. */
export function resetting({ people = 20 } = {}): Trial & { readonly newPayouts: () => number } {
  let more = 0
  return {
    newPayouts: () => more,
    async play(stand) {
      await stand.settle(peopleOf(KINDS, Math.max(1, Math.round((people * 3) / KINDS.length))))
      const waiting = await register(stand, peopleOf([{ scenario: '00' }], 2 * people))
      await admit(stand, waiting.slice(0, people))
      const temporal = connectTemporal({
        address: stand.stack.temporalAddress,
        namespace: stand.config.temporalNamespace,
      })
      try {
        const before = await accepted(stand)
        let resets = 0
        for (const { ref } of stand.lives) if (await reset(temporal, stand, ref)) resets += 1
        await quiet(stand)
        more = (await accepted(stand)) - before
        if (more > 0) throw new Error(`${more} payouts were made by lives that were sent back to their start`)
        return resets
      } finally {
        await temporal.close()
      }
    },
  }
}

async function admit(stand: Stand, lives: readonly Follow[]): Promise<void> {
  const { calls, programme } = stand
  const refs = lives.map(({ ref }) => ref)
  const count = async (stage: string): Promise<number> => {
    const text = 'SELECT FROM participant WHERE stage = $1 AND ref = ANY ($2)'
    return (await stand.root.pool.query(text, [stage, refs])).rows.length
  }
  await until('all are screened', async () => (await count('admission')) === refs.length)
  const decree = `SK-${refs[0]}`
  await calls.post('operator', `/v1/programmes/${programme.code}/waves/${SEEDED_WAVE}/admissions`, { decree, refs })
  for (const of of lives) of.admitted = true
  await until('all are in training', async () => (await count('training')) === refs.length)
}

async function accepted({ journal }: Stand): Promise<number> {
  await journal.update()
  return journal.entries.filter(({ kind }) => kind === 'accepted').length
}

/** False for a life that never had a run. */
async function reset(temporal: Temporal, { programme }: Stand, ref: string): Promise<boolean> {
  const workflowId = participantWorkflowId(programme.code, ref)
  const { runId } = await temporal.client.workflow.getHandle(workflowId).describe()
  return resetToStart(temporal, { workflowId, runId }, 'a trial')
}

const QUIET_MS = 15_000

/** Long enough for each of them to have looked at everything again. */
async function quiet({ root }: Stand): Promise<void> {
  await sleep(QUIET_MS)
  const told = async (): Promise<boolean> =>
    (await root.pool.query(`SELECT FROM message WHERE state = 'pending' AND deliver_after < now() LIMIT 1`)).rows
      .length === 0
  await until('all have been told', told)
}
