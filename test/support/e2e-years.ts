/** The runbook of the year end on a running stack: a year that is over is ended, and the worker does the rest. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect } from 'vitest'
import type { LiveStack } from './e2e.ts'
import type { LiveCommands } from './e2e-live-commands.ts'
import { sheetOf } from './xlsx.ts'

export async function runbookOfYearEnd(live: LiveStack, { json, run, runAll }: LiveCommands): Promise<void> {
  const programme = ['--programme', live.programme.code]
  const now = new Date().getUTCFullYear()
  const YEAR = String(now - 1)
  const amount = ['--number', 'DIPA-LAST', '--amount', '5000', '--reason', 'a test']
  const { id } = await json('appropriations', 'propose', ...programme, '--year', YEAR, ...amount)
  expect((await run('approvals', 'approve', id)).code).toBe(0)
  const FILE = path.join(live.stack.dataDir, 'budget.xlsx')
  const said = await runAll('docs/runbooks/year-end.md', { YEAR, NEXT: String(now), FILE })
  expect(said[0]).toContain(`${live.programme.code} ${YEAR}: 5000 IDR (minor units), 5000 available`)
  expect(said.at(-2)).toContain(`${FILE} has the budget of ${live.programme.code} ${YEAR}.`)
  expect(sheetOf(readFileSync(FILE), 1).at(-1)?.slice(0, 6)).toEqual(['total', '', '', '0', '50', '50'])
  const state = async (): Promise<string> => (await json('appropriations', 'year-ends', ...programme)).data[0]?.state
  await expect.poll(state, { timeout: 30_000, interval: 1000 }).toBe('closed')
  expect((await run('appropriations', 'year-ends', ...programme)).stdout).toMatch(
    new RegExp(`^${YEAR} +closed +ND-12/2026`, 'm'),
  )
}
