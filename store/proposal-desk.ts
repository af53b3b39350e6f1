/** Proposals and signing keys as the API reads them. */
import type { Actor } from '../domain/act.ts'
import type { ProposalState } from '../domain/approval.ts'
import type { Bilingual } from '../domain/programme.ts'
import { inTransaction, type Database } from './database.ts'
import {
  expireProposals,
  findProposal,
  PROPOSAL_COLUMNS,
  recordRefusedStep,
  type ProposalRow,
  type RefusedStep,
} from './proposals.ts'
import { listSigningKeys, type SigningKeyView } from './signing-keys.ts'
import { TWO_PERSON_ACTS } from './two-person/index.ts'

export interface ProposalFilter {
  /** Absent: whatever the state. */
  readonly state?: ProposalState
  readonly act?: string
  /** Null: those of every programme, and those that belong to none. */
  readonly programmes: readonly string[] | null
}

export interface Proposals {
  /** The newest, at most 500. */
  list(filter: ProposalFilter, atMs: number): Promise<ProposalRow[]>
  /** Throws `not-found`. */
  find(id: string, atMs: number): Promise<ProposalRow>
  /** Ends what nobody decided on in time; how many they were. */
  expire(atMs: number): Promise<number>
  /** Records that a step was refused. */
  recordRefused(step: RefusedStep, actor: Actor, atMs: number): Promise<void>
  signingKeys(): Promise<SigningKeyView[]>
  /** What an act is called; an act of an older version by its name. */
  titleOf(act: string): Bilingual
}

/** A reader's view is short. */
const SHOWN_MAX = 500

const LIST = `${PROPOSAL_COLUMNS}
 WHERE ($1::text IS NULL OR $1 = CASE WHEN p.state = 'open' AND p.expires_at <= $4 THEN 'expired' ELSE p.state END)
   AND ($2::text IS NULL OR p.act = $2) AND ($3::text[] IS NULL OR p.programme = ANY ($3))
 ORDER BY p.proposed_at DESC, p.id LIMIT ${SHOWN_MAX}`

export function createProposals(database: Database): Proposals {
  return {
    async list({ state, act, programmes }, atMs) {
      const values = [state ?? null, act ?? null, programmes, new Date(atMs)]
      const { rows } = await database.pool.query<ProposalRow>(LIST, values)
      return rows.map((row) => asOf(row, atMs))
    },
    find: async (id, atMs) => asOf(await findProposal(database.pool, id), atMs),
    expire: (atMs) => inTransaction(database, (sql) => expireProposals(sql, atMs)),
    recordRefused: (step, actor, atMs) => inTransaction(database, (sql) => recordRefusedStep(sql, step, actor, atMs)),
    signingKeys: () => listSigningKeys(database.pool),
    titleOf: (act) => TWO_PERSON_ACTS.find(({ name }) => name === act)?.title ?? { id: act, en: act },
  }
}

/** What has run out is told as that, also before it was written down. */
function asOf(row: ProposalRow, atMs: number): ProposalRow {
  return row.state === 'open' && row.expiresAt.getTime() <= atMs ? { ...row, state: 'expired' } : row
}
