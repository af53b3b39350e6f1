import { expect, test } from 'vitest'
import { CHECK_VERDICTS } from '../../domain/account-check.ts'
import { PROPOSAL_STATES } from '../../domain/approval.ts'
import { DISBURSEMENT_STATES } from '../../domain/disbursement.ts'
import { EVIDENCE_KINDS, OUTCOMES, STAGES, TRANCHE_STATES } from '../../domain/lifecycle.ts'
import { NEXT_ACTIONS } from '../../domain/next-action.ts'
import { FAILURE_CLASSES } from '../../domain/observation.ts'
import { LINE_STATES, RUN_STATES } from '../../domain/payout-run.ts'
import { PAYOUT_STATES } from '../../domain/payout.ts'
import { ATTENTIONS } from '../../domain/standing.ts'
import { ATTENTION } from '../../text/codes.ts'
import { readDocument, tableUnder } from '../support/markdown.ts'

const glossary = readDocument('docs/glossary.md')

test.each([
  ['Stages of a life', STAGES],
  ['Outcomes of a life', OUTCOMES],
  ['Evidence', EVIDENCE_KINDS],
  ['States of a tranche', TRANCHE_STATES],
  ['States of a disbursement', DISBURSEMENT_STATES],
  ['States of a payout', PAYOUT_STATES],
  ['What a failure means', FAILURE_CLASSES],
  ['What is to be done next', NEXT_ACTIONS],
  ['What a check of an account found', CHECK_VERDICTS],
  ['States of a proposal', PROPOSAL_STATES],
  ['States of a payout run', RUN_STATES],
  ['States of a line of a run', LINE_STATES],
  ['Why people should look', ATTENTIONS],
] as const)('the glossary explains "%s" as the code has it', (heading, codes) => {
  const rows = tableUnder(glossary, heading)
  expect(rows.map(([code]) => code)).toEqual([...codes])
  for (const row of rows) expect(row.every((cell) => cell !== '')).toBe(true)
})

test('the glossary says whose move it is as the texts do', () => {
  const moves = tableUnder(glossary, 'Why people should look').map(([code, , mover]) => [code, mover])
  expect(moves).toEqual(ATTENTIONS.map((code) => [code, ATTENTION[code]]))
})

test('a word is explained once', () => {
  const words = [...tableUnder(glossary, 'Words'), ...tableUnder(glossary, 'Words kept for what comes')]
  const names = words.map(([word]) => word)
  expect(new Set(names).size).toBe(names.length)
})
