/** Whatever can stop a payment has a row in the runbook that tells what to do about it. */
import { readdirSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { FAILURE_CODES } from '../../domain/failure-code.ts'
import { FREEZE_CAUSES } from '../../domain/freeze.ts'
import { nextActionFor } from '../../domain/next-action.ts'
import { DISCREPANCY_CLASSES, MONEY_RESOLUTIONS } from '../../domain/reconciliation.ts'
import { FINDINGS } from '../../domain/review.ts'
import { ACCOUNT_UNCHECKED, ATTENTIONS, HOLD_CAUSES } from '../../domain/standing.ts'
import { PROJECT_ROOT } from '../../local/project.ts'
import { readDocument, tableUnder } from '../support/markdown.ts'

/** What operators must act upon and people are not asked for. */
const REVIEWED = FAILURE_CODES.filter(
  (reason) =>
    nextActionFor({ state: 'released', reason, accountUsableFromMs: null, accountRestsUntilMs: null })?.mover ===
    'operator',
)
const OF_ACCOUNTS = ATTENTIONS.filter((code) => /^waiting-for-(account|upgrade|name|limit)$/.test(code))

test.each([
  [
    'reviews',
    'Why it is under review',
    [...REVIEWED, 'no-answer', 'receivable-stands', 'rest-owed', 'older-attempt-changed'],
  ],
  ['reviews', 'Decide', FINDINGS],
  ['accounts', 'What it waits for', [...HOLD_CAUSES, ...OF_ACCOUNTS, 'on-hold', ACCOUNT_UNCHECKED]],
  ['freeze', 'When the engine has placed it', FREEZE_CAUSES.filter((cause) => cause !== 'person')],
  ['discrepancies', 'What each class means', DISCREPANCY_CLASSES],
  ['discrepancies', 'Act', MONEY_RESOLUTIONS],
] as const)('the runbook "%s" says under "%s" what to do about each', (name, heading, codes) => {
  const rows = tableUnder(readDocument(`docs/runbooks/${name}.md`), heading)
  const told = rows.flatMap(([codesOfRow = '', ...rest]) =>
    rest.every((cell) => cell !== '') ? codesOfRow.split(/[\s`]+/) : [],
  )
  expect(codes.filter((code) => !told.includes(code))).toEqual([])
})

test('whatever people should look at stands in a runbook', () => {
  const runbooks = readdirSync(path.join(PROJECT_ROOT, 'docs/runbooks')).map((name) =>
    readDocument(`docs/runbooks/${name}`),
  )
  expect(ATTENTIONS.filter((code) => !runbooks.some((text) => text.includes(`\`${code}\``)))).toEqual([])
})
