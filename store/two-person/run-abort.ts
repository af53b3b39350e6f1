import Type from 'typebox'
import { abortRun, checkAbort } from '../run-steps.ts'
import { findRun, noRun } from '../run-rows.ts'
import { twoPersonAct } from '../two-person-act.ts'

/** An approved payout run, ended before its time: what is not under way is owed as before, and joins a later run. */
export const runAbort = twoPersonAct({
  name: 'run-abort',
  title: { id: 'Pembatalan daftar penyaluran', en: 'Payout run aborted' },
  proposers: ['operator', 'approver', 'administrator'],
  content: Type.Object(
    { run: Type.String({ pattern: '^[a-z0-9-]{1,40}:[0-9]{8}-[0-9]{1,6}$' }) },
    { additionalProperties: false },
  ),
  async place(sql, { run }) {
    const { programme } = await findRun(sql, run)
    return { programme, subject: `run:${run}`, missing: noRun(run) }
  },
  check: (sql, context, { run }) => checkAbort(sql, run),
  async execute(sql, context, { run }, by, actor, atMs) {
    await abortRun(sql, context, run, by, actor, atMs)
  },
})
