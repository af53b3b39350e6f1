/** The people of the file, up to where only its line is missing, and whoever hands it in. */
import type { Actor } from '../../domain/act.ts'
import { Problem } from '../../domain/problem.ts'
import type { Programme } from '../../domain/programme.ts'
import type { Role } from '../../domain/roles.ts'
import { PEOPLE } from '../../local/access.ts'
import type { Person } from '../../local/demo/people.ts'
import { SEEDED_WAVE } from '../../local/seed.ts'
import { shippedProgramme } from '../../programmes/index.ts'
import type { Acts } from '../../store/acts.ts'
import type { Store } from '../../store/index.ts'
import { askedAgain } from './again.ts'
import { readLines } from './list.ts'

/** One incentive for one course, paid by runs that people agree to, and as soon as they have. */
export function fileProgramme(): Programme {
  const demo = shippedProgramme('demo')
  const [first] = demo.tranches
  if (!first) throw new Error('the demonstration programme pays nothing')
  const trigger = { kind: 'first-course-rated', after: 'PT0S' } as const
  const runs = {
    approvedFor: 'P1D',
    canary: { lines: 10, pause: 'PT1S' },
    priority: 5,
    approvals: [{ approvers: 1, releaser: false }],
  }
  return {
    ...demo,
    code: 'file',
    budgetLine: 'FILE',
    training: { ...demo.training, firstPurchaseWithin: 'PT12H', completeWithin: 'P2D' },
    tranches: [{ ...first, trigger, lapsesAfter: 'P2D' }],
    payment: { ...demo.payment, release: 'approved', releaseAfter: 'PT0S', runs },
  }
}

export const COURSE = 'ANALISIS-DATA'
const REGISTERED_AT_ONCE = 200
const ADMITTED_AT_ONCE = 10_000
/** Lines that one commit takes in. */
const PAGE = 50
const LANES = 8

/** Registers them; their references, in their order. */
export async function register(store: Store, programme: Programme, people: readonly Person[]): Promise<string[]> {
  const refs: string[] = []
  for (const part of parts(people, REGISTERED_AT_ONCE)) {
    const request = { actor: actorOf('registrar'), atMs: Date.now(), idempotency: null, programme }
    const answers = await store.desk.registerAll(part.map(({ registration }) => ({ ...request, registration })))
    for (const answer of answers) {
      if (answer instanceof Problem) throw answer
      refs.push(String(answer.body['ref']))
    }
  }
  return refs
}

/** One decree for each ten thousand of them. */
export async function admit(store: Store, { code, admission }: Programme, refs: readonly string[]): Promise<void> {
  for (const [number, part] of parts(refs, ADMITTED_AT_ONCE).entries()) {
    const decree = `${admission.decreePrefix}/FILE/${number + 1}`
    await act(store, 'operator', (acts) => acts.admit({ programme: code, wave: SEEDED_WAVE, decree, refs: part }))
  }
}

/** Everybody starts and completes the course: what the file tells of them is that it was rated. */
export async function train(store: Store, programme: Programme, refs: readonly string[], atMs: number): Promise<void> {
  await inLanes(parts(refs, PAGE), (part) =>
    act(store, 'institution', async (acts) => {
      for (const ref of part) {
        for (const kind of ['course-started', 'course-completed'] as const) {
          const document = kind === 'course-completed' ? `SERT/${ref}` : null
          await acts.recordEvidence({
            programme: programme.code,
            ref,
            kind,
            subject: COURSE,
            occurredAtMs: atMs,
            document,
          })
        }
      }
    }),
  )
}

export interface HandedIn {
  /** Lines that moved somebody, that were known already, and that nobody can read. */
  readonly taken: number
  readonly known: number
  readonly unreadable: number
}

/** Hands a file in, page by page, each in one commit: what has been taken in stays taken in, however the rest fares. */
export async function handIn(store: Store, programme: Programme, text: string): Promise<HandedIn> {
  const { lines, unreadable } = readLines(text)
  let taken = 0
  // Pages of two callers may share people: each locks its own in the same order, so that neither waits for the other in a circle.
  const pages = parts(lines, PAGE).map((page) => page.toSorted((a, b) => (a.ref < b.ref ? -1 : 1)))
  await inLanes(pages, async (page) => {
    const more = await act(store, 'institution', async (acts) => {
      let news = 0
      for (const { ref, course: subject, ratedAtMs: occurredAtMs } of page) {
        const fact = {
          programme: programme.code,
          ref,
          kind: 'course-rated',
          subject,
          occurredAtMs,
          document: null,
        } as const
        if (await isNews(acts.recordEvidence(fact))) news += 1
      }
      return news
    })
    taken += more
  })
  return { taken, known: lines.length - taken, unreadable }
}

async function isNews(recording: Promise<void>): Promise<boolean> {
  try {
    await recording
    return true
  } catch (error) {
    // A person whose life has closed was paid, and is told so.
    if (error instanceof Problem && (error.code === 'evidence-exists' || error.code === 'life-closed')) return false
    throw error
  }
}

async function act<T>(store: Store, role: Role, work: (acts: Acts) => Promise<T>): Promise<T> {
  const kept: T[] = []
  await askedAgain(() =>
    store.desk.perform({ actor: actorOf(role), atMs: Date.now(), idempotency: null }, async (acts) => {
      kept[0] = await work(acts)
      return { status: 200, body: {} }
    }),
  )
  return kept[0] as T
}

function actorOf(role: Role): Actor {
  return { person: PEOPLE[role].person, keyId: null, role, requestId: null }
}

function parts<T>(all: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(all.length / size) }, (_, n) => all.slice(n * size, (n + 1) * size))
}

async function inLanes<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  let next = 0
  const lane = async (): Promise<void> => {
    for (let item = items[next]; item !== undefined; item = items[next]) {
      next += 1
      await work(item)
    }
  }
  await Promise.all(Array.from({ length: LANES }, lane))
}
