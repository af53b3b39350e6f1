/** Payouts on their way, as many as a bench asks for: lives of a programme with everything that an outcome is folded into. */
import { createHash } from 'node:crypto'
import { openBulk } from '../store/bulk.ts'
import { benchProgramme } from './programme.ts'

/** Minor units. */
export const PAYOUT_AMOUNT = 60_000_000n
/** Each number of these is another life: 13 characters that a reference may have. */
const DIGITS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

/** The n-th life, its payout and what the gateway knows it by. */
export function payoutOf(n: number): { readonly ref: string; readonly key: string; readonly reference: string } {
  let [ref, rest] = ['', n]
  for (; ref.length < 13; rest = Math.floor(rest / 32)) ref = `${DIGITS[rest % 32] ?? ''}${ref}`
  return { ref, key: `bench:${ref}#1`, reference: `${ref}A01` }
}

/** The programme, its money, and a wave: no people yet. Rows are written past their triggers: nobody has lived these lives. */
export async function plantProgramme(superUrl: string, appropriation: bigint): Promise<void> {
  const definition = JSON.stringify(benchProgramme())
  const sha256 = createHash('sha256').update(definition).digest()
  await openBulk(superUrl, 'bench').transaction(async (sql) => {
    await sql.query('SET LOCAL session_replication_role = replica')
    await sql.query(
      `INSERT INTO programme_version (programme, version, definition, sha256, published_by) VALUES ('bench', 1, $1, $2, 'bench')`,
      [definition, sha256],
    )
    await sql.query(
      `INSERT INTO appropriation (id, programme, fiscal_year, budget_line, number, amount, currency)
       VALUES ('00000000-0000-4000-8000-000000000001', 'bench', 2026, 'main', 'BENCH', $1, 'IDR')`,
      [appropriation.toString()],
    )
    await sql.query(
      `INSERT INTO wave (programme, code, state, quota, appropriation, opened_at)
       VALUES ('bench', '1', 'open', 1000000, '00000000-0000-4000-8000-000000000001', now())`,
    )
  })
}

type Planting = { readonly first: number; readonly count: number }

/** Lives `first` to `first + count - 1`, each with one payout that the gateway has accepted. */
export async function plantPayouts(superUrl: string, { first, count }: Planting): Promise<void> {
  const lives = Array.from({ length: count }, (_, n) => payoutOf(first + n))
  // The sandbox is asked again every fifteen seconds about what it has accepted, and the sweep waits for half a minute.
  await plantLives(superUrl, lives, 'incentives', '45 seconds', [
    `INSERT INTO account (id, programme, ref, kind, institution, masked, account_index, account_index_key, document, state, linked_at, usable_from)
     SELECT gen_random_uuid(), 'bench', ref, 'bank', 'ID.BNI', '••0000', sha256(ref::bytea), 'dev-1', gen_random_uuid(), 'verified', now(), now()
       FROM planted`,
    `INSERT INTO tranche (programme, ref, code, position, amount, state, due_at)
     SELECT 'bench', ref, 'incentive-1', 1, ${PAYOUT_AMOUNT}, 'due', now() FROM planted`,
    `INSERT INTO disbursement (key, programme, ref, tranche, amount, currency, state, version, attempts, owed_at, release_at, lapses_at, budget_line, fiscal_year)
     SELECT 'bench:' || ref, 'bench', ref, 'incentive-1', ${PAYOUT_AMOUNT}, 'IDR', 'in-flight', 2, 1, now(), now(), now() + interval '1 year', 'main', 2026
       FROM planted`,
    `INSERT INTO payout (key, disbursement, programme, ref, n, gateway, reference, amount, currency, account, state, money, request, request_sha256, gateway_id, claimed_at)
     SELECT key, 'bench:' || ref, 'bench', ref, 1, 'sandbox', reference, ${PAYOUT_AMOUNT}, 'IDR', a.id, 'accepted', 'clearing', gen_random_uuid(), '\\x00', 'po_' || ref, now()
       FROM planted JOIN account a USING (ref)`,
    `INSERT INTO send (payout, number, started_at, send_by, ended_at, result) SELECT key, 1, now(), now(), now(), 'observed' FROM planted`,
  ])
}

/** Lives that wait for admission; their references. */
export async function plantWaiting(superUrl: string, { first, count }: Planting): Promise<string[]> {
  const lives = Array.from({ length: count }, (_, n) => payoutOf(first + n))
  await plantLives(superUrl, lives, 'admission', '1 day', [])
  return lives.map(({ ref }) => ref)
}

async function plantLives(
  superUrl: string,
  lives: readonly { readonly ref: string; readonly key: string; readonly reference: string }[],
  stage: string,
  /** By when the life is looked at, as its last look has left it. */
  heardWithin: string,
  more: readonly string[],
): Promise<void> {
  await openBulk(superUrl, 'bench').transaction(async (sql) => {
    await sql.query('SET LOCAL session_replication_role = replica')
    await sql.query('CREATE TEMPORARY TABLE planted (ref text, key text, reference text) ON COMMIT DROP')
    await sql.query('INSERT INTO planted SELECT * FROM unnest($1::text[], $2::text[], $3::text[])', [
      lives.map(({ ref }) => ref),
      lives.map(({ key }) => key),
      lives.map(({ reference }) => reference),
    ])
    await sql.query(
      `INSERT INTO participant (programme, ref, programme_version, stage, region, identity_index, identity_index_key, registered_at, heard_by)
       SELECT 'bench', ref, 1, $1, '31', sha256(ref::bytea), 'dev-1', now(), now() + $2::interval FROM planted`,
      [stage, heardWithin],
    )
    for (const text of more) await sql.query(text)
  })
  await openBulk(superUrl, 'bench').transaction((sql) =>
    sql.query('ANALYZE participant, account, tranche, disbursement, payout, send'),
  )
}
