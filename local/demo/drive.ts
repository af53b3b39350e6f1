/** Drives the demo's people through their lives over HTTP, as registrars, institutions, operators and the people themselves would. */
import type { Programme } from '../../domain/programme.ts'
import type { Calls } from './calls.ts'
import { follow, isSettled, nextDeed, see, surveyDesk, type Deed, type Follow } from './lives.ts'
import type { Person } from './people.ts'

export interface DriveOptions {
  readonly calls: Calls
  readonly programme: Programme
  readonly wave: string
  readonly people: readonly Person[]
  /** Puts money at the gateway and records it. */
  readonly topUp: () => Promise<void>
  /** Told after every round. */
  readonly onRound: (people: readonly Follow[]) => Promise<void> | void
  /** Whether no money is on its way any more: people may be settled while a payment of theirs is not. */
  readonly isAtRest: () => Promise<boolean>
  readonly signal: AbortSignal
}

type GoOnOptions = Omit<DriveOptions, 'people'>

const LANES = 8
/** Nobody else registers while so many wait to be screened, and at first hardly anybody does: the first are paid while the last come, on a slow machine too. */
const WAITING_MAX = 12
const FIRST = 2
const ROUND_MS = 300
const PAGE = 200

/** Registers everybody and goes on until each is settled and no money moves, or it is told to end. Throws when the API refuses what the demo does. */
export async function drive(options: DriveOptions): Promise<readonly Follow[]> {
  const lives: Follow[] = []
  const coming = [...options.people]
  while (coming.length > 0 && !options.signal.aborted) {
    const waiting = lives.filter(({ stage }) => stage === 'screening').length
    const most = Math.min(WAITING_MAX, Math.max(FIRST, lives.length))
    await register(options, lives, coming.splice(0, Math.max(0, most - waiting)))
    if (coming.length > 0) await round(options, lives)
  }
  return goOn(options, lives)
}

/** The same for people who are registered. */
export async function goOn(options: GoOnOptions, lives: readonly Follow[]): Promise<readonly Follow[]> {
  while (!options.signal.aborted && !(await round(options, lives)));
  return lives
}

/** Takes everybody as far as they come; true when all are settled and no money moves, or it was told to end. */
async function round(options: GoOnOptions, lives: readonly Follow[]): Promise<boolean> {
  const base = `/v1/programmes/${options.programme.code}/participants`
  await refresh(options, base, lives)
  await options.onRound(lives)
  if (options.signal.aborted || (lives.every(isSettled) && (await options.isAtRest()))) return true
  await admit(options, lives)
  await inParallel(lives, options, async (of) => {
    const path = `${base}/${of.ref}`
    const deed = nextDeed(of, Date.now())
    if (deed) await carryOut(options, path, of, deed)
    // An institution reports what it knows about a course in one go.
    for (let more = nextDeed(of, Date.now()); deed?.kind === 'report' && more?.kind === 'report';) {
      await carryOut(options, path, of, more)
      more = nextDeed(of, Date.now())
    }
  })
  await new Promise((resolve) => setTimeout(resolve, ROUND_MS))
  return false
}

async function register(options: DriveOptions, lives: Follow[], people: readonly Person[]): Promise<void> {
  const path = `/v1/programmes/${options.programme.code}/participants`
  await inParallel(people, options, async (person) => {
    const { status, body } = await options.calls.post('registrar', path, person.registration)
    if (status !== 201) throw new Error(`registration is answered with ${status}: ${JSON.stringify(body)}`)
    lives.push(follow(person, String(body['ref']), Date.now()))
    await options.onRound(lives)
  })
}

interface Listed {
  readonly ref: string
  readonly stage: string
  readonly outcome: string | null
  readonly attention: { readonly code: string } | null
}

async function refresh(options: GoOnOptions, base: string, lives: readonly Follow[]): Promise<void> {
  const byRef = new Map(lives.map((of) => [of.ref, of]))
  let cursor: string | null = null
  do {
    const query: string = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`
    const { body } = await options.calls.get('operator', `${base}?limit=${PAGE}${query}`)
    for (const item of body['data'] as Listed[]) {
      const of = byRef.get(item.ref)
      if (of) see(of, { stage: item.stage, outcome: item.outcome, attention: item.attention?.code ?? null }, Date.now())
    }
    cursor = body['nextCursor'] as string | null
  } while (cursor !== null)
}

/** Everybody who passed screening is admitted, under one decree a list. */
async function admit(options: GoOnOptions, lives: readonly Follow[]): Promise<void> {
  const waiting = lives.filter((of) => of.stage === 'admission' && !of.admitted)
  if (waiting.length === 0) return
  const { code, admission } = options.programme
  const decree = `${admission.decreePrefix}/${options.wave}/${new Date().toISOString()}`
  const { status, body } = await options.calls.post(
    'operator',
    `/v1/programmes/${code}/waves/${options.wave}/admissions`,
    {
      decree,
      refs: waiting.map((of) => of.ref),
    },
  )
  if (status >= 400) throw new Error(`admission is answered with ${status}: ${JSON.stringify(body)}`)
  for (const of of waiting) of.admitted = true
}

async function carryOut(options: GoOnOptions, path: string, of: Follow, deed: Deed): Promise<void> {
  const { calls, programme } = options
  switch (deed.kind) {
    case 'report': {
      const course =
        programme.training.courses[of.person.registration.nationalId.charCodeAt(15) % programme.training.courses.length]
      await report(calls, path, deed.evidence, course?.code ?? '')
      of.reported += 1
      return
    }
    case 'look':
      return answerSurveys(options, path, of)
    case 'repair':
      await calls.post('registrar', `${path}/accounts`, of.person.repair)
      of.repaired = true
      return
    case 'hold':
      await calls.post('operator', `${path}/hold`, { reason: 'identity is being checked again' })
      of.held = 'held'
      of.sinceMs = Date.now()
      return
    case 'release':
      await calls.post('operator', `${path}/release`, { reason: 'identity is confirmed' })
      of.held = 'released'
      return
    case 'withdraw':
      await calls.post('operator', `${path}/withdraw`, { reason: 'the participant asked to leave' })
      of.withdrawn = true
      return
    case 'top-up':
      return options.topUp()
  }
}

async function report(calls: Calls, path: string, kind: string, subject: string): Promise<void> {
  const document = kind === 'course-completed' ? { document: `SERT/${subject}/${path.slice(-6)}` } : {}
  const occurredAt = new Date().toISOString()
  await calls.post('institution', `${path}/evidence`, { kind, subject, occurredAt, ...document })
}

interface TrancheView {
  readonly code: string
  readonly state: string
  readonly opensAt: string | null
}

/** The survey desk: whoever has an open survey answers it, but for those who let one pass. */
async function answerSurveys(options: GoOnOptions, path: string, of: Follow): Promise<void> {
  const { body } = await options.calls.get('operator', path)
  const tranches = body['tranches'] as TrancheView[]
  const surveys = options.programme.tranches.flatMap(({ code, trigger }) => {
    const tranche = tranches.find((view) => view.code === code)
    return trigger.kind === 'survey-answered' && tranche ? [{ ...tranche, survey: trigger.survey }] : []
  })
  const { answers, lookAtMs } = surveyDesk(of, surveys, Date.now())
  for (const survey of answers) {
    await report(options.calls, path, 'survey-answered', survey)
    of.answered.add(survey)
  }
  of.lookAtMs = lookAtMs
}

/** Works through a list in lanes until it is told to end; the first failure stops it. */
async function inParallel<T>(
  items: readonly T[],
  { signal }: GoOnOptions,
  work: (item: T) => Promise<void>,
): Promise<void> {
  let next = 0
  const lane = async (): Promise<void> => {
    while (!signal.aborted) {
      const item = items[next]
      next += 1
      if (item === undefined) return
      await work(item)
    }
  }
  await Promise.all(Array.from({ length: LANES }, lane))
}
