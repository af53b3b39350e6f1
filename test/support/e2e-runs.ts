/** Payout runs beside a running stack: a programme that asks for approval, people who are owed, and the runbook's commands. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect } from 'vitest'
import type { Programme } from '../../domain/programme.ts'
import { SEEDED_WAVE, seedProgramme } from '../../local/seed.ts'
import { until, type LiveStack } from './e2e.ts'
import type { LiveCommands } from './e2e-live-commands.ts'
import { peopleWith } from './e2e-people.ts'
import { approvedProgramme } from './runs.ts'

/** So many people whose first incentive is due, over HTTP and by the real workflows. */
async function peopleOwed({ calls, root }: LiveStack, programme: Programme, count: number): Promise<void> {
  const base = `/v1/programmes/${programme.code}`
  const [course] = programme.training.courses
  const stageOf = (ref: string, stage: string) =>
    until(`${ref} in ${stage}`, async () => {
      const { rows } = await root.pool.query('SELECT FROM participant WHERE ref = $1 AND stage = $2', [ref, stage])
      return rows.length > 0
    })
  for (const { registration } of peopleWith(count)) {
    const { body } = await calls.post('registrar', `${base}/participants`, registration)
    const ref = String(body['ref'])
    await stageOf(ref, 'admission')
    await calls.post('operator', `${base}/waves/${SEEDED_WAVE}/admissions`, { decree: 'SK-1', refs: [ref] })
    for (const kind of ['course-started', 'course-completed', 'course-rated']) {
      const fact = { kind, subject: course?.code, occurredAt: new Date().toISOString() }
      await calls.post('institution', `${base}/participants/${ref}/evidence`, fact)
    }
  }
  await until('everybody is owed', async () => {
    const { rows } = await root.pool.query(`SELECT FROM disbursement WHERE programme = $1 AND state = 'released'`, [
      programme.code,
    ])
    return rows.length === count
  })
}

/** Every command of the runbook, in its order: collected, agreed to, paused, resumed, aborted; then what it left behind. */
export async function runbookOfRuns(live: LiveStack, { run, json, runAll }: LiveCommands): Promise<void> {
  const programme = approvedProgramme(
    { canary: { lines: 1, pause: 'PT10M' }, approvals: [{ approvers: 1, releaser: false }] },
    { code: 'approved', budgetLine: 'APPROVED' },
  )
  const seed = { programme, appropriation: 1_000_000_000n, quota: 10 }
  await seedProgramme(live.calls, live.identities, seed, Date.now())
  const refused = await run('runs', 'collect', 'approved')
  expect({ code: refused.code, stdout: refused.stdout }).toEqual({ code: 1, stdout: '' })
  await peopleOwed(live, programme, 3)
  const [list, collected, shown, , , , paused, report, resumed, , aborted, csv, file] = await runAll(
    'docs/runbooks/payout-runs.md',
    { PROGRAMME: 'approved' },
  )
  expect(list).toBe('No payout run is open.\n')
  expect(collected).toMatch(/^approved:\d{8}-1: collecting, 3 lines, 180000000 IDR/)
  expect(shown).toMatch(/ {2}sandbox +3 +180000000 IDR/)
  expect(paused).toContain(': paused, 3 lines')
  expect(report).toContain('collected')
  expect(resumed).toContain(': releasing, 3 lines')
  expect(aborted).toContain('executed')
  expect(csv?.trim().split('\n')).toHaveLength(4)
  expect(JSON.parse(file ?? '').lines).toHaveLength(3)
  const { data } = await json('runs', 'list', '--any')
  expect(data).toMatchObject([{ state: 'aborted', lines: 3 }])
  const target = path.join(live.home, 'result.csv')
  const out = await run('runs', 'report', data[0].run, '--format', 'csv', '--output', target)
  expect(out.stdout).toBe(`${target} has every line of ${data[0].run}.\n`)
  expect(readFileSync(target, 'utf8')).toBe(csv)
  // The canary's first is paid; the others are owed as before, and one person drops a run that nobody approved.
  const again = await json('runs', 'collect', 'approved')
  const dropped = await run('runs', 'abort', again.run, '--reason', 'a mistake')
  expect(dropped.stdout).toContain(': void,')
}
