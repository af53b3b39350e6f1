/** Everything a person or service may change, bound to one open transaction: who did it and when are told once. */
import type { Actor } from '../domain/act.ts'
import type { Programme } from '../domain/programme.ts'
import type { Grant } from '../domain/roles.ts'
import { linkAccount, type LinkRequest } from './accounts.ts'
import { admit, type Admission } from './admission.ts'
import { recordFunding, setAppropriation, type NewAppropriation, type NewFunding } from './budgets.ts'
import type { Sql } from './database.ts'
import {
  assignDiscrepancy,
  explainDiscrepancy,
  type Assignment,
  type DiscrepancyView,
  type Explanation,
} from './discrepancies.ts'
import { recordEvidence, type NewEvidence } from './evidence.ts'
import { agreeToLift, placeFreeze, type FreezeView, type Lift, type NewFreeze, type Placed } from './freezes.ts'
import { endRole, type RoleOfPerson } from './grants.ts'
import { createKey, revokeKey, type CreatedKey, type NewKey } from './keys.ts'
import { redriveAllMessages, redriveMessage, type RedrivenAll } from './messages.ts'
import type { StoreContext } from './options.ts'
import { lookUp, type LookUp } from './read-identity.ts'
import { correctLife, holdLife, releaseLife, withdrawLife, type Correction, type Told } from './people.ts'
import { publishProgramme } from './programmes.ts'
import { closeWave, openWave, type NewWave } from './waves.ts'

export interface Acts {
  /** Throws `programme-version-exists`. */
  publishProgramme(programme: Programme, sha256: Uint8Array): Promise<void>
  /** Throws `appropriation-too-small`. */
  setAppropriation(appropriation: NewAppropriation): Promise<{ id: string; amount: bigint; committed: bigint }>
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
  /** Throws `already-held`, `life-closed`. */
  hold(person: ActOnPerson): Promise<Told>
  /** Throws `not-held`. */
  release(person: ActOnPerson): Promise<Told>
  /** Throws `life-closed`. */
  withdraw(person: ActOnPerson): Promise<Told>
  /** Throws `life-closed`, `family-card-full`. */
  correct(person: ActOnPerson, correction: Correction): Promise<Told>
  /** Stops a target; the one that stands already is answered as it is. */
  placeFreeze(freeze: Pick<NewFreeze, 'target' | 'reason'>): Promise<Placed>
  /** One person's part in lifting a freeze. Throws `not-found`, `freeze-lifted`, `conflict`. */
  agreeToLift(lift: Lift): Promise<FreezeView>
  /** Makes somebody look after a discrepancy. Throws `not-found`, `discrepancy-resolved`, `conflict`. */
  assignDiscrepancy(of: Assignment): Promise<DiscrepancyView>
  /** Ends a discrepancy without money. Throws `not-found`, `discrepancy-resolved`, `two-people-needed`, `conflict`. */
  explainDiscrepancy(of: Explanation): Promise<DiscrepancyView>
  /** Throws `conflict`. */
  createKey(key: NewKey): Promise<CreatedKey>
  /** Throws `not-found`, `key-revoked`, `conflict`. */
  revokeKey(id: string): Promise<void>
  /** Ends a role and answers with those that are left. Throws `not-found`, `conflict`. */
  endRole(of: RoleOfPerson): Promise<readonly Grant[]>
  /** The reference of a person by national id, on record with who asked; null when nobody has it. */
  lookUp(of: LookUp): Promise<string | null>
  /** Puts a dead message back; whose it is is told. Throws `not-found`, `message-not-dead`. */
  redrive(id: string): Promise<{ programme: string; ref: string }>
  /** Puts the oldest dead messages back, of some programmes or of all (null). */
  redriveAll(programmes: readonly string[] | null): Promise<RedrivenAll>
}

export interface ActOnPerson {
  readonly programme: string
  readonly ref: string
  readonly reason: string
}

/** The acts inside one transaction. */
export function actsIn(sql: Sql, context: StoreContext, actor: Actor, atMs: number): Acts {
  return {
    publishProgramme: (programme, sha256) => publishProgramme(sql, programme, sha256, actor, atMs),
    setAppropriation: (appropriation) => setAppropriation(sql, appropriation, actor, atMs),
    recordFunding: (funding) => recordFunding(sql, funding, actor, atMs),
    openWave: (wave) => openWave(sql, wave, actor, atMs),
    admit: (admission) => admit(sql, context.programmes, admission, actor, atMs),
    closeWave: (programme, code) => closeWave(sql, programme, code, actor, atMs),
    recordEvidence: (evidence) => recordEvidence(sql, context, evidence, actor, atMs),
    linkAccount: (link) => linkAccount(sql, context, link, actor, atMs),
    hold: (person) => holdLife(sql, { ...person, actor, atMs }),
    release: (person) => releaseLife(sql, context, { ...person, actor, atMs }),
    withdraw: (person) => withdrawLife(sql, { ...person, actor, atMs }),
    correct: (person, correction) => correctLife(sql, context, { ...person, actor, atMs }, correction),
    placeFreeze: (freeze) => placeFreeze(sql, { ...freeze, cause: 'person' }, actor, atMs),
    agreeToLift: (lift) => agreeToLift(sql, lift, actor, atMs),
    assignDiscrepancy: (of) => assignDiscrepancy(sql, of, actor, atMs),
    explainDiscrepancy: (of) => explainDiscrepancy(sql, of, actor, atMs),
    createKey: (key) => createKey(sql, key, actor, atMs),
    revokeKey: (id) => revokeKey(sql, id, actor, atMs),
    endRole: (of) => endRole(sql, of, actor, atMs),
    lookUp: (of) => lookUp(sql, context, of, actor, atMs),
    redrive: (id) => redriveMessage(sql, id, actor, atMs),
    redriveAll: (programmes) => redriveAllMessages(sql, programmes, actor, atMs),
  }
}
