/**
 * Which attempts at a disbursement may have been made in the time that a restored database has lost: as many as the delays between two of them
 * allow. Those that never reached a gateway are no end of them: they leave no trace there, and the next one may be paid.
 */
import { attemptsWithin } from '../domain/disbursement.ts'
import { LAST_ATTEMPT } from '../domain/identity.ts'
import { one, type Sql } from './database.ts'
import { FOUND_LAST } from './lost-time.ts'
import type { StoreContext } from './options.ts'
import { freeReference, type FreeReference } from './references.ts'

/** An attempt that a gateway may know of and we do not. */
export interface Attempt {
  readonly disbursement: string
  readonly n: number
  readonly gateway: string
  readonly reference: string
  readonly salt: number
}

/** One that is asked about; `isShown` where its debit stands in a statement, as the database knows. */
export interface AskedAttempt extends Attempt, Pick<FreeReference, 'isShown'> {
  /** Two people have let sends go on without its gateway: they say that it paid nothing in the lost time. */
  readonly isUnasked: boolean
}

export interface Owed {
  readonly key: string
  readonly programme: string
  readonly ref: string
  readonly programme_version: number
  readonly tranche: string
  readonly state: string
  readonly attempts: number
  readonly retries: number
  readonly amount: bigint
  readonly currency: string
  readonly fiscal_year: number
  readonly budget_line: string
  readonly account: string | null
}

const OWED = `
SELECT d.key, d.programme, d.ref, p.programme_version, d.tranche, d.state, d.attempts, d.retries, d.currency, d.fiscal_year, d.budget_line,
       d.amount - d.deducted - coalesce((SELECT sum(y.amount - y.returned) FROM payout y
                             WHERE y.disbursement = d.key AND y.money IN ('clearing', 'credited')), 0)::bigint AS amount,
       (SELECT a.id FROM account a WHERE (a.programme, a.ref) = (d.programme, d.ref)
         ORDER BY a.ended_at IS NULL DESC, a.usable_from DESC LIMIT 1) AS account
  FROM disbursement d JOIN participant p ON (p.programme, p.ref) = (d.programme, d.ref) WHERE d.key = $1`

/** What is owed of a disbursement, and to which account. Throws an Error where there is none. */
export async function owedOf(sql: Sql, disbursement: string): Promise<Owed> {
  const { rows } = await sql.query<Owed>(OWED, [disbursement])
  return one(rows, `disbursement ${disbursement}`)
}

/**
 * How long the lost time is, in milliseconds, and at which gateways two people say that nothing was paid in it. Where no restore is open it is
 * as long as nothing has been written: a database that was put back has nothing of what came after. What people said of one time says nothing of the
 * next one, after the database was put back again.
 */
const LOST = `
SELECT coalesce((SELECT ms(${FOUND_LAST}) - ms(r.restored_to) FROM restore r WHERE r.closed_at IS NULL),
                ms(now()) - (SELECT ms(e.recorded_at) FROM audit_event e ORDER BY e.id DESC LIMIT 1), 0)::bigint AS lost,
       ARRAY (SELECT jsonb_array_elements_text(q.content -> 'unasked') FROM restore r
                JOIN freezes w ON w.id = r.freeze_id OR w.placed_at >= r.found_at AND w.target = 'all'
                JOIN proposal q ON q.subject = 'freeze:' || w.id AND q.act = 'freeze-lift' AND q.state = 'executed'
                AND q.decided_at >= ${FOUND_LAST}
               WHERE r.closed_at IS NULL) AS unasked`

/** The attempts that may follow the last known one, at every gateway of the person's programme, in their order. */
export async function attemptsAfter(sql: Sql, context: StoreContext, disbursement: string): Promise<AskedAttempt[]> {
  const owed = await owedOf(sql, disbursement)
  const [{ payment }, { rows }] = await Promise.all([
    context.programmes.version(owed.programme, owed.programme_version),
    sql.query<{ lost: bigint; unasked: string[] }>(LOST),
  ])
  const delays = payment.gateways.flatMap((gateway) => delaysOf(context, gateway))
  const { lost, unasked } = one(rows, 'the lost time')
  const many = attemptsWithin(Number(lost), owed, delays)
  const attempts: AskedAttempt[] = []
  for (let n = owed.attempts + 1; n <= Math.min(owed.attempts + many, LAST_ATTEMPT); n += 1) {
    for (const gateway of payment.gateways) {
      const of = { disbursement, n, gateway }
      attempts.push({ ...of, ...(await freeReference(sql, of)), isUnasked: unasked.includes(gateway) })
    }
  }
  return attempts
}

/** Of a gateway that is in use here no more nobody can be asked anyway. */
function delaysOf({ timingOf }: StoreContext, gateway: string): readonly (readonly number[])[] {
  try {
    return [timingOf(gateway).retryDelaysMs]
  } catch {
    return []
  }
}
