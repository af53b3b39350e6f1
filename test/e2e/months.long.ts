/** Programmes whose lives take months, played through in a minute by the demo. */
import { rmSync } from 'node:fs'
import path from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { readPeople } from '../../local/demo/people.ts'
import { PROJECT_ROOT } from '../../local/project.ts'
import { environmentIn, temporaryHome } from '../support/e2e.ts'
import { lunas } from '../support/e2e-command.ts'

const home = temporaryHome()

afterAll(() => rmSync(home, { recursive: true, force: true }))

test('programmes of months are played in a minute, with all that they pay', async () => {
  const played = ['prakerja-2020', 'prakerja-2023'].map(async (code) => {
    const folder = path.join(home, code)
    const args = ['demo', '--programme', code, '--participants', '12', '--exit', '--json']
    const { stdout, stderr } = await lunas(args, { environment: await environmentIn(folder) })
    return { code, stderr, summary: JSON.parse(stdout) as Record<string, unknown> }
  })
  const well = { participants: 12, settled: true, missedScenarios: [], paidTwice: 0, booksBalance: true, findings: [] }
  // Of the first twelve, those with other aid are refused by the rules of 2020.
  const aided = readPeople(PROJECT_ROOT, 12).filter(({ registration }) => registration.aid.length > 0).length
  const [first, second] = await Promise.all(played)
  expect(first).toMatchObject({
    stderr: '',
    summary: {
      ...well,
      byStage: { 'closed: completed': 12 - aided, 'closed: refused': aided },
      disbursements: { paid: (12 - aided) * 7 },
      ledger: { 'budget:disbursed': String(255_000_000n * BigInt(12 - aided)) },
    },
  })
  expect(second).toMatchObject({
    stderr: '',
    summary: {
      ...well,
      byStage: { 'closed: completed': 12 },
      disbursements: { paid: 36 },
      ledger: { 'budget:disbursed': String(70_000_000n * 12n) },
    },
  })
}, 240_000)
