/** The people of the demo: who they are and what happens to them, from `examples/peserta.csv`. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { parse } from 'csv-parse/sync'
import { ConfigProblem } from '../../config.ts'
import type { AccountDetails, Registration } from '../../domain/registration.ts'

export const SCENARIOS = [
  'success',
  'temporary',
  'no-answer',
  'bad-gateway',
  'wrong-account',
  'wallet-not-upgraded',
  'float-short',
  'undocumented',
  'returned',
  'refused',
  'never-bought',
  'survey-missed',
  'withdrawn',
  'held',
] as const
export type Scenario = (typeof SCENARIOS)[number]

export interface Person {
  readonly scenario: Scenario
  readonly registration: Registration
  /** What the person links after an account failed. */
  readonly repair: AccountDetails | null
}

type Row = Readonly<Record<string, string>>

/** Reads as many people as wanted; more than the file has is a ConfigProblem that says so. */
export function readPeople(root: string, count: number): Person[] {
  const file = path.join(root, 'examples/peserta.csv')
  const rows = parse(readFileSync(file), { columns: true, skip_empty_lines: true }) as Row[]
  if (count > rows.length) {
    throw new ConfigProblem([`examples/peserta.csv has ${rows.length} people; ask for at most that many`])
  }
  return rows.slice(0, count).map(personOf)
}

/** Whose story is mostly waiting: for an answer, for a deadline, for somebody, for money that comes back. */
const WAITING: readonly Scenario[] = ['no-answer', 'never-bought', 'survey-missed', 'held', 'returned']
const FIRST = 4

/** As they come: after the first few those who wait long, for the demo ends with the last of them. */
export function asTheyCome(people: readonly Person[]): Person[] {
  const [first, others] = [people.slice(0, FIRST), people.slice(FIRST)]
  const isWaiting = ({ scenario }: Person): boolean => WAITING.includes(scenario)
  return [...first, ...others.filter(isWaiting), ...others.filter((person) => !isWaiting(person))]
}

function personOf(row: Row): Person {
  const account = accountOf(row['accountKind'], row['institution'], row['accountNumber'], row['accountHolder'])
  const { repairAccountKind, repairInstitution, repairAccountNumber } = row
  const registration = {
    nationalId: row['nationalId'] ?? '',
    name: row['name'] ?? '',
    birthDate: row['birthDate'] ?? '',
    citizenship: 'ID',
    occupation: row['occupation'],
    education: row['education'],
    aid: (row['aid'] ?? '').split(';').filter((aid) => aid !== ''),
    declared: row['declared'] === 'true',
    phone: row['phone'] ?? '',
    region: row['region'] ?? '',
    returnedMigrant: row['returnedMigrant'] === 'true',
    ...(account ? { account } : {}),
  } as Registration
  return {
    scenario: row['scenario'] as Scenario,
    registration,
    repair: accountOf(repairAccountKind, repairInstitution, repairAccountNumber, row['name']),
  }
}

function accountOf(kind?: string, institution?: string, number?: string, holder?: string): AccountDetails | null {
  if (!kind || !institution || !number) return null
  return { kind: kind === 'wallet' ? 'wallet' : 'bank', institution, number, holder: holder ?? '' }
}
