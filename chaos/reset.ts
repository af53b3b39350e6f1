/** Lives that are sent back to their start, whatever state they are in: the store knows what was done, and nothing is paid again. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Programme } from '../domain/programme.ts'
import { agree } from '../local/agreement.ts'
import { awaitedReturns } from '../local/demo/journal.ts'
import { isSettled, type Follow } from '../local/demo/lives.ts'
import type { Person } from '../local/demo/people.ts'
import { SEEDED_WAVE } from '../local/seed.ts'
import { connectTemporal } from '../temporal/connect.ts'
import { peopleOf, trialProgramme, type Kind } from './live/people.ts'
import { openResets, RESET_IN, type Resets } from './live/resets.ts'
import { register, type Stand } from './live/stand.ts'
import { underway, until, type Trial } from './live/trial.ts'

/** Who comes by itself to where a life can be: what each account does is in `sandbox/scenarios.ts`. */
const MOVING: readonly Kind[] = [
  { scenario: '00' },
  { scenario: '40', digit: '9' }, // submitting, until its send is given up
  { scenario: '60' }, // unknown, while enquiries fail
  { scenario: '53' }, // accepted, until somebody asks
  { scenario: '49' }, // processing, until somebody asks
  { scenario: '22' }, // our money there is short until a top-up
  { scenario: '10', repair: true }, // needs another account, and links one
  { scenario: '10' }, // needs another account, until it lapses
  { scenario: '21' }, // people look
  { scenario: '30', repair: true }, // paid, and returned
]
const ORDINARY: readonly Kind[] = [{ scenario: '00' }]

/** Nobody here is paid before a freeze is lifted. */
const FROZEN_REGION = '3273'
/** More than may be sent to a wallet, and not to a bank account: refused for good. */
const TOO_MUCH_FOR_WALLETS = '2100000000'
/** Longer than somebody takes to link another account, and soon enough to wait for. */
const LAPSES_AFTER = 'PT40S'
/** Enough for everybody: whom it is short for is told by the account. */
const FLOAT = 10n ** 14n
const REACHED_WITHIN_MS = 300_000

/** `people`: how many come to rest in each way that people wait, and a fifth as many of each kind that moves. */
export function resetting({ people = 20 } = {}): Trial {
  const each = Math.max(1, Math.floor(people / 5))
  const wanted = Math.max(1, Math.floor(people / 10))
  return {
    stand: { programme: resetProgramme(), float: FLOAT },
    async play(stand) {
      const { temporalAddress: address } = stand.stack
      const temporal = connectTemporal({ address, namespace: stand.config.temporalNamespace })
      const resets = openResets(stand, temporal, wanted)
      try {
        await resetScreening(stand, resets, each)
        const held = await inTraining(stand, people, wanted)
        const freeze = await freezeRegion(stand)
        await resetMoving(stand, resets, { each, frozen: people, leaving: wanted })
        const findings = await resetAtRest(stand, resets)
        await liftFreeze(stand, freeze)
        await actOn(stand, held, 'release')
        await stand.rest()
        return { kills: resets.many, resets: resets.counts, findings: [...unmet(resets), ...findings] }
      } finally {
        await temporal.close()
      }
    },
  }
}

/** The trial's own, in which what waits for an account lapses soon and wallets are paid too much. */
function resetProgramme(): Programme {
  const trial = trialProgramme()
  const tranches = trial.tranches.map((tranche, index) => ({
    ...tranche,
    amount: index === 0 ? TOO_MUCH_FOR_WALLETS : tranche.amount,
    lapsesAfter: LAPSES_AFTER,
  }))
  return { ...trial, tranches }
}

/** Whoever registers while a table is locked is not screened: their look fails, and is tried again. */
async function resetScreening(stand: Stand, resets: Resets, people: number): Promise<void> {
  const client = await stand.root.pool.connect()
  try {
    await client.query('BEGIN')
    await client.query('LOCK TABLE check_result IN SHARE MODE')
    await register(stand, peopleOf(ORDINARY, people))
    await resets.reachAll({ ms: REACHED_WITHIN_MS, only: ['screening'] })
  } finally {
    await client.query('ROLLBACK')
    client.release()
  }
}

/** Some wait for a wave, as many are in training and do nothing; who of them is on hold. */
async function inTraining(stand: Stand, people: number, holding: number): Promise<readonly Follow[]> {
  const waiting = await register(stand, peopleOf(ORDINARY, 2 * people))
  const training = waiting.slice(0, people)
  const { calls, programme } = stand
  const refs = training.map(({ ref }) => ref)
  await until('all are screened', async () => (await countIn(stand, 'admission', refs)) === refs.length)
  const decree = `SK-${refs[0]}`
  await calls.post('operator', `/v1/programmes/${programme.code}/waves/${SEEDED_WAVE}/admissions`, { decree, refs })
  for (const of of training) of.admitted = true
  await until('all are in training', async () => (await countIn(stand, 'training', refs)) === refs.length)
  const held = training.slice(0, holding)
  await actOn(stand, held, 'hold')
  return held
}

async function countIn({ root }: Stand, stage: string, refs: readonly string[]): Promise<number> {
  const text = 'SELECT FROM participant WHERE stage = $1 AND ref = ANY ($2)'
  return (await root.pool.query(text, [stage, refs])).rows.length
}

async function actOn(
  { calls, programme }: Stand,
  lives: readonly Follow[],
  act: 'hold' | 'release' | 'withdraw',
): Promise<void> {
  for (const { ref } of lives) {
    await calls.post('operator', `/v1/programmes/${programme.code}/participants/${ref}/${act}`, { reason: 'a trial' })
  }
}

async function freezeRegion({ calls, programme }: Stand): Promise<string> {
  const target = { scope: 'region', programme: programme.code, name: FROZEN_REGION }
  const { body } = await calls.post('operator', '/v1/freezes', { ...target, reason: 'a branch is looked at' })
  return String(body['id'])
}

async function liftFreeze({ calls, identities }: Stand, freeze: string): Promise<void> {
  await agree(calls, identities, { act: 'freeze-lift', content: { freeze }, reason: 'the branch is right' })
}

interface Crowd {
  /** Of each kind that moves. */
  readonly each: number
  /** Who are stopped by the freeze, and how many of them leave. */
  readonly frozen: number
  readonly leaving: number
}

/** People live, and are sent back in every state, until each was met; then until nothing moves any more. */
async function resetMoving(stand: Stand, resets: Resets, { each, frozen, leaving }: Crowd): Promise<void> {
  const over = new AbortController()
  const people = [...peopleOf(MOVING, each), ...peopleOf(ORDINARY, each).map(toWallet)]
  const moving = await register(stand, people)
  const stopped = await register(stand, peopleOf(ORDINARY, frozen).map(inFrozenRegion))
  // Whoever is stopped keeps money from resting: that all have come as far as they can is looked at here.
  const going = stand.goOn([...moving, ...stopped], { signal: over.signal })
  going.catch(() => undefined)
  const isReleased = async (): Promise<boolean> => (await releasedOf(stand, stopped)) === frozen
  const leave = async (): Promise<void> => {
    await until('all who are stopped are owed their money', isReleased, REACHED_WITHIN_MS, 500)
    const left = stopped.slice(0, leaving)
    // They are sent back as they stand, and again when they have left.
    await resets.reachAll({ ms: REACHED_WITHIN_MS, only: ['released'] })
    await actOn(stand, left, 'withdraw')
  }
  try {
    await Promise.all([leave(), resets.reachAll({ ms: REACHED_WITHIN_MS })])
    await until('nothing moves by itself', () => isStill(stand, moving), REACHED_WITHIN_MS, 500)
  } finally {
    over.abort()
    await going
  }
}

function inFrozenRegion(person: Person): Person {
  return { ...person, registration: { ...person.registration, region: FROZEN_REGION } }
}

/** Paid to the wallet of their own number. */
function toWallet(person: Person): Person {
  const { phone, name } = person.registration
  const account = { kind: 'wallet', institution: 'ID.OVO', number: phone, holder: name } as const
  return { ...person, registration: { ...person.registration, account } }
}

async function releasedOf({ root }: Stand, lives: readonly Follow[]): Promise<number> {
  const { rows } = await root.pool.query(`SELECT FROM disbursement WHERE state = 'released' AND ref = ANY ($1)`, [
    lives.map(({ ref }) => ref),
  ])
  return rows.length
}

/** Everybody has ended or waits for people, no payment is on its way, and what is to come back has. */
async function isStill(stand: Stand, lives: readonly Follow[]): Promise<boolean> {
  if (!lives.every(isSettled) || (await underway(stand)) > 0) return false
  await stand.journal.update()
  return awaitedReturns(stand.journal.entries) === 0
}

/** Nothing is owed that may be sent: whatever the gateway takes in now was sent by a life that does not know what was done. */
async function resetAtRest(stand: Stand, resets: Resets): Promise<string[]> {
  const before = await accepted(stand)
  await resets.all()
  await quiet(stand)
  const more = [...(await accepted(stand))].filter((reference) => !before.has(reference))
  return more.map((reference) => `${reference} was sent by a life at rest that was sent back to its start`)
}

async function accepted({ journal }: Stand): Promise<ReadonlySet<string>> {
  await journal.update()
  return new Set(journal.entries.flatMap(({ kind, reference = '' }) => (kind === 'accepted' ? [reference] : [])))
}

function unmet({ counts }: Resets): string[] {
  return RESET_IN.filter((state) => counts[state] === 0).map((state) => `no life was sent back in ${state}`)
}

const QUIET_MS = 15_000

/** Long enough for each of them to have looked at everything again. */
async function quiet({ root }: Stand): Promise<void> {
  await sleep(QUIET_MS)
  const told = async (): Promise<boolean> =>
    (await root.pool.query(`SELECT FROM message WHERE state = 'pending' AND deliver_after < now() LIMIT 1`)).rows
      .length === 0
  await until('all have been told', told)
}
