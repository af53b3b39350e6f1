/** Everything a person or service may change, bound to one open transaction: who did it and when are told once. */
import type { Actor } from '../domain/act.ts'
import type { Programme } from '../domain/programme.ts'
import type { Grant } from '../domain/roles.ts'
import { checkAgain, linkAccount, type LinkRequest } from './accounts.ts'
import { admit, type Admission } from './admission.ts'
import { decide, type NewApproval } from './approvals.ts'
import type { Sql } from './database.ts'
import {
  assignDiscrepancy,
  explainDiscrepancy,
  type Assignment,
  type DiscrepancyView,
  type Explanation,
} from './discrepancies.ts'
import { recordEvidence, type NewEvidence } from './evidence.ts'
import { placeFreeze, type NewFreeze, type Placed } from './freezes.ts'
import { recordFunding, type NewFunding } from './fundings.ts'
import { endRole, type RoleOfPerson } from './grants.ts'
import { createKeyAlone, revokeKey, type CreatedKey, type NewKey } from './keys.ts'
import type { StoreContext } from './options.ts'
import { lookUp, type LookUp } from './read-identity.ts'
import { correctLife, holdLife, releaseLife, withdrawLife, type Correction, type Told } from './people.ts'
import { propose, type NewProposal, type ProposalRow } from './proposals.ts'
import { reclassify, type Reclassification, type Reclassified } from './reclassify.ts'
import { collectRun, type Collecting } from './run-collect.ts'
import type { RunRow } from './run-rows.ts'
import { discardRun, pauseRun, resumeRun, type StopRun } from './run-steps.ts'
import { endSigningKey, registerSigningKey, type NewSigningKey } from './signing-keys.ts'
import { closeWave, openWave, type NewWave } from './waves.ts'

export interface Acts {
  /** Puts an act of two people forward. Throws what `propose` throws. */
  propose(proposal: NewProposal): Promise<ProposalRow>
  /** One person's word on a proposal; the last that is needed carries it out. Throws what `decide` throws. */
  decide(approval: NewApproval): Promise<ProposalRow>
  /** Throws `conflict`. */
  recordFunding(funding: NewFunding): Promise<{ id: string }>
  /** Throws `wave-exists`, `not-found`. */
  openWave(wave: NewWave): Promise<void>
  /** Throws `unknown-wave`, `wave-not-open`, `not-awaiting-admission`, `wave-quota-exceeded`, `budget-exceeded`. */
  admit(admission: Admission): Promise<{ admitted: number }>
  /** Throws `unknown-wave`, `wave-not-open`. */
  closeWave(programme: Programme, code: string): Promise<void>
  /** Throws what `recordEvidence` throws. */
  recordEvidence(evidence: NewEvidence): Promise<void>
  /** Throws `account-unchanged`, `unknown-participant`. */
  linkAccount(link: LinkRequest): Promise<{ id: string; usableFromMs: number }>
  /** The owner says that a failed account is mended: it is asked about at once. Throws `account-unchanged`, `unknown-participant`. */
  checkAgain(of: Pick<ActOnPerson, 'programme' | 'ref'>): Promise<void>
  /** Throws `already-held`, `life-closed`. */
  hold(person: ActOnPerson): Promise<Told>
  /** Throws `not-held`. */
  release(person: ActOnPerson): Promise<Told>
  /** Throws `life-closed`. */
  withdraw(person: ActOnPerson): Promise<Told>
  /** Throws `life-closed`, `family-card-full`, `region-frozen`. */
  correct(person: ActOnPerson, correction: Correction): Promise<Told>
  /** Stops a target; the one that stands already is answered as it is. */
  placeFreeze(freeze: Pick<NewFreeze, 'target' | 'reason'>): Promise<Placed>
  /** Classes a code of a gateway as something safer: people look, or it is doubted. Throws what `reclassify` throws. */
  reclassify(asked: Reclassification): Promise<Reclassified>
  /** Makes somebody look after a discrepancy. Throws `not-found`, `discrepancy-resolved`, `conflict`. */
  assignDiscrepancy(of: Assignment): Promise<DiscrepancyView>
  /** Ends a discrepancy without money. Throws `not-found`, `discrepancy-resolved`, `two-people-needed`, `conflict`. */
  explainDiscrepancy(of: Explanation): Promise<DiscrepancyView>
  /** Throws `release-automatic`, `nothing-owed`, `conflict`, `invalid-request`. */
  collectRun(of: Collecting): Promise<RunRow>
  /** One person stops a run, lets it go on, or drops one that nobody approved. Throw `not-found`, `run-not-open`. */
  pauseRun(of: StopRun): Promise<RunRow>
  resumeRun(of: StopRun): Promise<RunRow>
  discardRun(of: StopRun): Promise<RunRow>
  /** Throws `conflict`, `two-people-needed`. */
  createKey(key: NewKey): Promise<CreatedKey>
  /** The caller's own first signing key. Throws `signature-invalid`, `signing-key-exists`. */
  registerSigningKey(key: Omit<NewSigningKey, 'person'>): Promise<string>
  /** Throws `not-found`, `key-revoked`. */
  endSigningKey(id: string): Promise<void>
  /** Throws `not-found`, `key-revoked`, `conflict`. */
  revokeKey(id: string): Promise<void>
  /** Ends a role and answers with those that are left. Throws `not-found`, `conflict`. */
  endRole(of: RoleOfPerson): Promise<readonly Grant[]>
  /** The reference of a person by national id, on record with who asked; null when nobody has it. */
  lookUp(of: LookUp): Promise<string | null>
}

export interface ActOnPerson {
  readonly programme: string
  readonly ref: string
  readonly reason: string
}

/** The acts inside one transaction. */
export function actsIn(sql: Sql, context: StoreContext, actor: Actor, atMs: number): Acts {
  return {
    propose: (proposal) => propose(sql, context, proposal, actor, atMs),
    decide: (approval) => decide(sql, context, approval, actor, atMs),
    recordFunding: (funding) => recordFunding(sql, context, funding, actor, atMs),
    openWave: (wave) => openWave(sql, wave, actor, atMs),
    admit: (admission) => admit(sql, context, admission, actor, atMs),
    closeWave: (programme, code) => closeWave(sql, programme, code, actor, atMs),
    recordEvidence: (evidence) => recordEvidence(sql, context, evidence, actor, atMs),
    linkAccount: (link) => linkAccount(sql, context, link, actor, atMs),
    checkAgain: (of) => checkAgain(sql, of, atMs),
    hold: (person) => holdLife(sql, context, { ...person, actor, atMs }),
    release: (person) => releaseLife(sql, context, { ...person, actor, atMs }),
    withdraw: (person) => withdrawLife(sql, context, { ...person, actor, atMs }),
    correct: (person, correction) => correctLife(sql, context, { ...person, actor, atMs }, correction),
    placeFreeze: (freeze) => placeFreeze(sql, { ...freeze, cause: 'person' }, actor, atMs),
    reclassify: (asked) => reclassify(sql, context, asked, null, actor, atMs),
    assignDiscrepancy: (of) => assignDiscrepancy(sql, of, actor, atMs),
    explainDiscrepancy: (of) => explainDiscrepancy(sql, context, of, actor, atMs),
    collectRun: (of) => collectRun(sql, context, of, actor, atMs),
    pauseRun: (of) => pauseRun(sql, context, of, actor, atMs),
    resumeRun: (of) => resumeRun(sql, context, of, actor, atMs),
    discardRun: (of) => discardRun(sql, context, of, actor, atMs),
    createKey: (key) => createKeyAlone(sql, key, actor, atMs),
    registerSigningKey: (key) => registerSigningKey(sql, { ...key, person: actor.person }, actor, atMs),
    endSigningKey: (id) => endSigningKey(sql, id, actor, atMs),
    revokeKey: (id) => revokeKey(sql, id, actor, atMs),
    endRole: (of) => endRole(sql, of, actor, atMs),
    lookUp: (of) => lookUp(sql, context, of, actor, atMs),
  }
}
