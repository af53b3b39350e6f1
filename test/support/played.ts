/**
 * Lives played against the real sandbox over HTTP: what is next is done, callbacks come in as they are sent, and business time runs as fast as the
 * engine waits. Each row of a state machine that the database sees is kept.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { createPaymentActivities, type PaymentActivities } from '../../activities/payments.ts'
import type { Observation } from '../../domain/observation.ts'
import { waitsOf, type Gateway } from '../../gateways/gateway.ts'
import { openStage, type Heard, type Stage, type StageOptions } from '../sandbox/stage.ts'
import { bankAccount } from './builders.ts'
import { pairOf } from './freezes.ts'
import { reviewing, type Reviewing } from './reviews.ts'
import { disbursementOf, NOON, openWorld, type World, type WorldOptions } from './world.ts'

export type Machine = 'payout' | 'disbursement'

export interface Playing {
  readonly stage: Stage
  readonly world: World
  readonly people: Reviewing
  /** Business time. Milliseconds. */
  nowMs: number
  /** When what a callback tells is heard of; now where a test does not say. */
  heardAtMs: ((observation: Observation) => number) | null
  /** Of a gateway other than the stage's own where one is given. */
  activities(gateway?: Gateway): PaymentActivities
  /** Writes down a callback as the API does; false where nothing came of it. */
  hear(heard: Heard): Promise<boolean>
  /** Every row of a machine so far. */
  rows(machine: Machine): Promise<ReadonlySet<string>>
  close(): Promise<void>
}

/** Kept by the database itself, whoever moves what: no move between two looks is missed. */
const KEEP_ROWS = `
CREATE TABLE moved_row (machine text NOT NULL, was text NOT NULL, became text NOT NULL, PRIMARY KEY (machine, was, became));
CREATE FUNCTION keep_row() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
  INSERT INTO moved_row VALUES (TG_TABLE_NAME, OLD.state, NEW.state) ON CONFLICT DO NOTHING;
  RETURN NULL;
END $$;
CREATE TRIGGER keep_row AFTER UPDATE ON payout FOR EACH ROW WHEN (OLD.state <> NEW.state) EXECUTE FUNCTION keep_row();
CREATE TRIGGER keep_row AFTER UPDATE ON disbursement FOR EACH ROW WHEN (OLD.state <> NEW.state) EXECUTE FUNCTION keep_row();`

/** A sandbox that says it is `NOON`, and a world that pays through it. */
export async function openPlaying(options: StageOptions = {}, more: WorldOptions = {}): Promise<Playing> {
  const heardBy: Playing[] = []
  const hear = async (heard: Heard): Promise<void> => {
    for (const playing of heardBy) await playing.hear(heard)
  }
  const stage = await openStage({ startsAtMs: NOON, hear, ...options })
  const world = await openWorld({ timing: waitsOf(stage.gateway.capabilities), ...more })
  await world.root.pool.query(KEEP_ROWS)
  const playing = playingOf(stage, world, await reviewing(world, await pairOf(world)))
  heardBy.push(playing)
  return playing
}

function playingOf(stage: Stage, world: World, people: Reviewing): Playing {
  return {
    stage,
    world,
    people,
    nowMs: NOON,
    heardAtMs: null,
    activities(gateway = stage.gateway) {
      return createPaymentActivities({
        store: world.store,
        gateways: new Map([['sandbox', gateway]]),
        now: () => this.nowMs,
      })
    },
    async hear({ result }) {
      if (result.kind !== 'event') return false
      const { reference, observation } = result
      const { rows } = await world.root.pool.query<{ key: string }>('SELECT key FROM payout WHERE reference = $1', [
        reference,
      ])
      const [payout] = rows
      if (!payout) return false
      const fact = { kind: 'observed', observation } as const
      const atMs = this.heardAtMs?.(observation) ?? this.nowMs
      const told = await world.observe({ payout: payout.key, source: 'callback', fact, atMs })
      return told.decision === 'move'
    },
    async rows(machine) {
      const { rows } = await world.root.pool.query<{ row: string }>(
        `SELECT was || ' ' || became AS row FROM moved_row WHERE machine = $1`,
        [machine],
      )
      return new Set(rows.map(({ row }) => row))
    },
    async close() {
      await world.close()
      await stage.close()
    },
  }
}

export interface Part {
  readonly account: ReturnType<typeof bankAccount>
  readonly ref: string
  readonly disbursement: string
}

export interface PlayOptions {
  readonly digit?: string
  /** Where it is left. */
  readonly stopAt?: string
  /** How long callbacks are waited for before business time goes on. Milliseconds of this machine. */
  readonly patienceMs?: number
}

/** Somebody whose first incentive is released, with an account of a scenario. */
export async function begin(at: Playing, scenario = '00', digit = '0'): Promise<Part> {
  const account = bankAccount(scenario, digit)
  const ref = await at.world.ready({ account }, at.nowMs)
  return { account, ref, disbursement: disbursementOf(ref) }
}

/** One person's first incentive, played until nothing moves any more. */
export async function play(at: Playing, scenario: string, options: PlayOptions = {}): Promise<Part> {
  at.nowMs = NOON
  const part = await begin(at, scenario, options.digit)
  await goOn(at, part, options)
  return part
}

/** Does what is next about the first incentive of a life until nothing is, or it stands where it is to be left. */
export async function goOn(at: Playing, { ref, disbursement }: Part, options: PlayOptions = {}): Promise<void> {
  const { stopAt, patienceMs = 25 } = options
  const activities = at.activities()
  const of = { programme: at.world.programme.code, ref }
  let seen = ''
  for (let steps = 0, idle = 0; steps < 120 && idle < 9; steps += 1) {
    const { disbursements } = await at.world.advance(ref, at.nowMs)
    const standing = disbursements.find(({ key }) => key === disbursement)
    if (!standing || (steps > 0 && standing.state === stopAt)) return
    const { next } = standing
    if (next.kind === 'send') await activities.submit({ ...of, disbursement })
    else if (next.kind === 'resend') await activities.resend({ ...of, payout: next.payout })
    else if (next.kind === 'enquire') await activities.enquire({ ...of, payout: next.payout })
    else if (next.kind === 'check-float') await activities.checkFloat({ ...of, disbursement, gateway: 'sandbox' })
    else if (next.kind === 'give-up') await at.world.store.payouts.giveUp(next.payout, at.nowMs)
    const before = await standsAt(at, disbursement)
    await sleep(patienceMs)
    const now = await standsAt(at, disbursement)
    const isQuiet = next.kind === 'wait' || next.kind === 'end' || next.kind === 'check-float'
    // What somebody has told meanwhile is looked at before time goes on.
    if (next.kind === 'wait' && next.untilMs !== null && before === now) at.nowMs = Math.max(at.nowMs, next.untilMs)
    const isWaiting = next.kind === 'wait' && next.untilMs !== null && standing.state === 'in-flight'
    idle = now !== seen || !isQuiet || isWaiting ? 0 : idle + 1
    seen = now
  }
}

async function standsAt(at: Playing, disbursement: string): Promise<string> {
  return (await statesOf(at, disbursement)).join(' ')
}

/** Where the newest payout and the disbursement stand. */
export async function statesOf(at: Playing, disbursement: string): Promise<[payout: string, disbursement: string]> {
  const row = await at.world.one<{ payout: string | null; state: string }>(
    `SELECT y.state AS payout, d.state FROM disbursement d LEFT JOIN payout y ON y.disbursement = d.key AND y.n = d.attempts WHERE d.key = $1`,
    [disbursement],
  )
  return [row.payout ?? 'none', row.state]
}

/** Waits until both stand there, at most ten seconds; throws with where they stand instead. */
export async function untilAt(at: Playing, disbursement: string, ...wanted: readonly [string, string]): Promise<void> {
  for (let tries = 0; tries < 400; tries += 1) {
    if ((await standsAt(at, disbursement)) === wanted.join(' ')) return
    await sleep(25)
  }
  throw new Error(`${disbursement} stands at ${await standsAt(at, disbursement)}, not at ${wanted.join(' ')}`)
}
