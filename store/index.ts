/** The store: the only room that knows SQL. One object of capabilities, made once by a composition root. */
import { passBy, type Pass } from '../failpoints.ts'
import { createAccountChecks, type AccountChecks } from './account-checks.ts'
import { openBulk } from './bulk.ts'
import { createClaims, type Claims } from './claims.ts'
import { openDatabase, type Database } from './database.ts'
import { createDesk, type Desk } from './desk.ts'
import { createFailures, type Failures } from './failure-desk.ts'
import { createFreezes, type Freezes } from './freeze-desk.ts'
import { createFloats, type Floats } from './floats.ts'
import { createGatewayCredentials, type GatewayCredentials } from './gateway-credentials.ts'
import { createLives, type Lives } from './lives.ts'
import { createMessages, type Messages } from './messages.ts'
import type { PaymentTiming, StoreContext } from './options.ts'
import { createPayouts, type Payouts } from './payouts.ts'
import { createProposals, type Proposals } from './proposal-desk.ts'
import { createProgrammeBook, type ProgrammeBook } from './programmes.ts'
import { createReviews, type Reviews } from './reviews.ts'
import { createReads, type Reads } from './reads.ts'
import { createRestores, type Restores } from './restores.ts'
import { createRuns, type Runs } from './runs.ts'
import { createStatements, type Statements } from './statements.ts'
import { createYears, type Years } from './years.ts'
import { Vault, type VaultKeys } from './vault.ts'

export interface Store {
  readonly context: StoreContext
  readonly programmes: ProgrammeBook
  readonly lives: Lives
  readonly claims: Claims
  readonly payouts: Payouts
  readonly floats: Floats
  readonly accountChecks: AccountChecks
  readonly freezes: Freezes
  readonly gatewayCredentials: GatewayCredentials
  readonly failures: Failures
  readonly proposals: Proposals
  readonly messages: Messages
  /** Requests from outside: each once. */
  readonly desk: Desk
  readonly reads: Reads
  readonly statements: Statements
  readonly runs: Runs
  readonly reviews: Reviews
  readonly years: Years
  readonly restores: Restores
  /** Waits for running statements and closes the pool. */
  close(): Promise<void>
}

export interface StoreOptions {
  /** The application role's URL. */
  readonly url: string
  /** Shown in pg_stat_activity. */
  readonly name: string
  readonly poolMax: number
  /** See `DatabaseOptions`. */
  readonly queryTimeoutMs?: number
  /** A pool of somebody else, who closes it; absent, the store opens one of `poolMax` and closes it. */
  readonly database?: Database
  readonly keys: VaultKeys
  readonly timingOf: (gateway: string) => PaymentTiming
  readonly route: (gateways: readonly string[], institution: string) => string | null
  /** The fingerprint of what this process sends with at a gateway; null at one that it does not know. */
  readonly sendsWith: (gateway: string) => string | null
  readonly failuresOf: StoreContext['failuresOf']
  /** Where tests kill the process; absent, nothing happens there. */
  readonly pass?: Pass
}

export function createStore(options: StoreOptions): Store {
  const database = options.database ?? ownDatabase(options)
  const programmes = createProgrammeBook(database, () => Date.now())
  const { timingOf, route, sendsWith, failuresOf, pass = passBy } = options
  const vault = new Vault(options.keys)
  const context: StoreContext = { database, programmes, vault, timingOf, route, sendsWith, failuresOf, pass }
  return {
    context,
    programmes,
    lives: createLives(context),
    claims: createClaims(context),
    payouts: createPayouts(context),
    floats: createFloats(context),
    accountChecks: createAccountChecks(context),
    freezes: createFreezes(database),
    gatewayCredentials: createGatewayCredentials(context),
    failures: createFailures(context),
    proposals: createProposals(database),
    messages: createMessages(context),
    desk: createDesk(context),
    reads: createReads(context),
    statements: createStatements(context, openBulk(options.url, options.name)),
    runs: createRuns(context),
    reviews: createReviews(database),
    years: createYears(context),
    restores: createRestores(context),
    close: async () => (options.database ? undefined : database.pool.end()),
  }
}

function ownDatabase({ url, name, poolMax: max, queryTimeoutMs }: StoreOptions): Database {
  return openDatabase(url, { max, name, ...(queryTimeoutMs === undefined ? {} : { queryTimeoutMs }) })
}
