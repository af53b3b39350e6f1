/** What the demo prints at its end: a table, one person's story, and two lines that must hold. */
import { formatMoney } from '../../domain/money.ts'
import type { ControlLine } from '../../store/read-books.ts'
import type { Books } from './books.ts'
import type { Figures } from './figures.ts'

export interface StoryLine {
  readonly at: string
  readonly text: { readonly id?: string; readonly en?: string }
}

/** Participants by stage and outcome, disbursements by state, rupiah by ledger account. */
export function tableText(figures: Figures, control: readonly ControlLine[], currency: string): string {
  const rows: [string, string][] = [['Participants', '']]
  for (const [stage, count] of Object.entries(figures.byStage)) rows.push([`  ${stage}`, String(count)])
  rows.push(['Disbursements', ''])
  for (const [state, count] of Object.entries(figures.disbursements)) rows.push([`  ${state}`, String(count)])
  rows.push(['Ledger', ''])
  for (const { account, ledger } of control) rows.push([`  ${account}`, formatMoney({ minor: ledger, currency })])
  const left = Math.max(...rows.map(([name]) => name.length)) + 2
  const right = Math.max(...rows.map(([, value]) => value.length))
  return rows.map(([name, value]) => (name.padEnd(left) + value.padStart(right)).trimEnd()).join('\n')
}

/** A life in plain words, each line in both languages. */
export function storyText(title: string, lines: readonly StoryLine[], temporalUrl: string): string {
  const told = lines.map(({ at, text }) => `  ${at}  ${text.id ?? ''}\n${' '.repeat(at.length + 4)}${text.en ?? ''}`)
  return [title, ...told, `  Temporal UI: ${temporalUrl}`].join('\n')
}

/** The two lines, and what does not hold where they fail. */
export function verdictText(books: Books): string {
  const lines = [`paid twice: ${books.paidTwice}`, `books balance: ${books.balance ? 'yes' : 'no'}`]
  return [...lines, ...books.findings.map((finding) => `  ${finding}`)].join('\n')
}
