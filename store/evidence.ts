/** Evidence: facts with provenance, each recorded once, only where they can be true. */
import type { Actor } from '../domain/act.ts'
import { nextInstant, nextStep, type EvidenceKind } from '../domain/lifecycle.ts'
import { Problem, type ProblemCode } from '../domain/problem.ts'
import type { Programme } from '../domain/programme.ts'
import { insertAudit } from './audit.ts'
import type { Sql } from './database.ts'
import { lifeOf, lockLife, type LifeRow } from './life-rows.ts'
import { gatewayFor } from './lives.ts'
import { insertMessages, nudge } from './nudges.ts'
import type { StoreContext } from './options.ts'

export interface NewEvidence {
  readonly programme: string
  readonly ref: string
  readonly kind: EvidenceKind
  /** The course's or survey's code. */
  readonly subject: string
  readonly occurredAtMs: number
  /** Certificate or attendance record number; null where there is none. */
  readonly document: string | null
}

/** Clocks differ by this much. */
const CLOCKS_DIFFER_MS = 5 * 60_000

/**
 * Records one fact, and tells the life if that moves it. Deadlines count from when it happened, so a time that cannot be true is
 * refused: a year mistyped would end an incentive at once. Throws `not-admitted`, `life-closed`, `unknown-course`, `unknown-survey`,
 * `survey-not-open`, `evidence-out-of-order`, `evidence-exists`, `invalid-request`.
 */
export async function recordEvidence(
  sql: Sql,
  context: StoreContext,
  evidence: NewEvidence,
  actor: Actor,
  atMs: number,
): Promise<void> {
  const life = await lockLife(sql, evidence.programme, evidence.ref)
  const programme = await context.programmes.version(life.programme, life.programme_version, sql)
  refuseOutsideTraining(life)
  refuseImpossibleTime(life, evidence, atMs)
  refuseKnown(life, evidence)
  if (evidence.kind === 'survey-answered') refuseSurvey(life, programme, evidence)
  else refuseCourse(life, programme, evidence)
  const { programme: code, ref, kind, subject: of } = evidence
  const at = new Date(evidence.occurredAtMs)
  const entry = { act: kind, actor, atMs, subject: `evidence:${code}:${ref}:${kind}:${of}`, programme: code, ref }
  await Promise.all([
    sql.query(
      `INSERT INTO evidence (programme, ref, kind, subject, occurred_at, document, source) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
      [code, ref, kind, of, at, evidence.document, actor.person],
    ),
    insertAudit(sql, [{ ...entry, after: { subject: of, occurredAtMs: evidence.occurredAtMs } }]),
    insertMessages(sql, isNews(context, life, programme, evidence, atMs) ? [nudge(code, ref, 'evidence')] : []),
  ])
}

/**
 * True when something is due with this fact, or sooner than without it. A course that was started only ends a deadline: the life
 * finds it when that has come, and a signal with the look it causes is dearer than all the rest of the request.
 */
function isNews(
  context: StoreContext,
  row: LifeRow,
  programme: Programme,
  { kind, subject, occurredAtMs }: NewEvidence,
  atMs: number,
): boolean {
  const before = lifeOf(row, gatewayFor(context, programme, row))
  const after = { ...before, evidence: [...before.evidence, { kind, subject, occurredAtMs }] }
  if (nextStep(after, programme, atMs)) return true
  const [was, is] = [before, after].map((life) => nextInstant(life, programme, atMs) ?? Infinity)
  return (is ?? Infinity) < (was ?? Infinity)
}

function refuseOutsideTraining(life: LifeRow): void {
  if (life.stage === 'screening' || life.stage === 'admission') {
    throw new Problem('not-admitted', 'this person is not admitted; evidence counts from admission on')
  }
  if (life.stage === 'closed' || life.withdrawn) {
    throw new Problem('life-closed', 'this person has left the programme; nothing more can be recorded')
  }
}

function refuseImpossibleTime(life: LifeRow, { occurredAtMs }: NewEvidence, atMs: number): void {
  if (occurredAtMs > atMs + CLOCKS_DIFFER_MS) throw atTime('invalid-request', 'a fact cannot lie in the future')
  if (life.admitted_ms !== null && occurredAtMs < life.admitted_ms - CLOCKS_DIFFER_MS) {
    throw atTime('not-admitted', 'this person was admitted later; evidence counts from admission on')
  }
}

function atTime(code: ProblemCode, detail: string): Problem {
  return new Problem(code, detail, { faults: [{ pointer: '/occurredAt', detail }] })
}

function refuseKnown(life: LifeRow, evidence: NewEvidence): void {
  if (life.evidence.some((fact) => fact.kind === evidence.kind && fact.subject === evidence.subject)) {
    throw new Problem('evidence-exists', `${evidence.kind} of ${evidence.subject} is recorded already`)
  }
}

function refuseCourse(life: LifeRow, programme: Programme, evidence: NewEvidence): void {
  if (!programme.training.courses.some((course) => course.code === evidence.subject)) {
    throw new Problem('unknown-course', 'the programme version of this person has no such course')
  }
  const before: Readonly<Record<string, EvidenceKind>> = {
    'course-completed': 'course-started',
    'course-rated': 'course-completed',
  }
  const needed = before[evidence.kind]
  if (!needed) return
  const earlier = life.evidence.find((fact) => fact.kind === needed && fact.subject === evidence.subject)
  if (!earlier) throw new Problem('evidence-out-of-order', `record ${needed} of ${evidence.subject} first`)
  if (evidence.occurredAtMs < earlier.ms) throw atTime('evidence-out-of-order', `${needed} was later than that`)
}

function refuseSurvey(life: LifeRow, programme: Programme, evidence: NewEvidence): void {
  const rule = programme.tranches.find(
    ({ trigger }) => trigger.kind === 'survey-answered' && trigger.survey === evidence.subject,
  )
  if (!rule) throw new Problem('unknown-survey', 'the programme version of this person has no such survey')
  const tranche = life.tranches.find(({ code }) => code === rule.code)
  const opens = tranche?.opens_ms ?? null
  const closes = tranche?.closes_ms ?? null
  const open = tranche?.state === 'open' && opens !== null && closes !== null
  if (!open || evidence.occurredAtMs < opens || evidence.occurredAtMs >= closes) {
    throw new Problem('survey-not-open', `survey ${evidence.subject} is not open for this person at that time`)
  }
}
