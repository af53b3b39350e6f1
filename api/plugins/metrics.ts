/** Numbers in Prometheus form. Labels are closed sets: never a person, a reference or a path that somebody typed. */
import type { FastifyInstance } from 'fastify'
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client'
import { DISCREPANCY_CLASSES } from '../../domain/reconciliation.ts'
import type { ApiDependencies } from '../dependencies.ts'

export interface Metrics {
  readonly registry: Registry
  authFailed(reason: string): void
  callback(gateway: string, verdict: string): void
  batch(kind: 'registrations' | 'callbacks', size: number): void
}

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

export function measure(app: FastifyInstance, { store, gateways, now, version }: ApiDependencies): Metrics {
  const registry = new Registry()
  const registers = [registry]
  collectDefaultMetrics({ register: registry })
  const requests = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'Time from the request to its answer',
    labelNames: ['operation', 'status'],
    buckets: SECONDS,
    registers,
  })
  app.addHook('onResponse', async (request, reply) => {
    const operation = request.routeOptions.schema?.operationId ?? 'none'
    requests.observe({ operation, status: String(reply.statusCode) }, reply.elapsedTime / 1000)
  })
  new Gauge({ name: 'build_info', help: 'The running version', labelNames: ['version'], registers }).set({ version }, 1)
  watchPool(store, registers)
  watchMessages(store, registers)
  watchSeals(store, registers)
  watchStatements({ store, gateways, now }, registers)
  watchDiscrepancies({ store, now }, registers)
  const failures = counter('auth_failures_total', 'Requests without a right to what they asked', ['reason'], registers)
  const callbacks = counter(
    'callbacks_received_total',
    'Callbacks by gateway and verdict',
    ['gateway', 'verdict'],
    registers,
  )
  const sizes = new Histogram({
    name: 'batch_size',
    help: 'Requests that shared one commit',
    labelNames: ['kind'],
    buckets: [1, 2, 5, 10, 20, 50, 100, 200],
    registers,
  })
  return {
    registry,
    authFailed: (reason) => failures.inc({ reason }),
    callback: (gateway, verdict) => callbacks.inc({ gateway, verdict }),
    batch: (kind, size) => sizes.observe({ kind }, size),
  }
}

function counter<Label extends string>(name: string, help: string, labelNames: Label[], registers: Registry[]) {
  return new Counter<Label>({ name, help, labelNames, registers })
}

function watchPool({ context }: ApiDependencies['store'], registers: Registry[]): void {
  const { pool } = context.database
  new Gauge({
    name: 'pg_pool_connections',
    help: 'Connections of the pool by state; waiting are requests for one',
    labelNames: ['state'],
    registers,
    collect() {
      this.set({ state: 'open' }, pool.totalCount)
      this.set({ state: 'idle' }, pool.idleCount)
      this.set({ state: 'waiting' }, pool.waitingCount)
    },
  })
}

/** What the alarms of operators stand on: lives that are not told, and messages that only people can send again. */
function watchMessages({ messages }: ApiDependencies['store'], registers: Registry[]): void {
  // A database that is away says so elsewhere, and the other numbers are still wanted.
  const backlog = () => messages.backlog().catch(() => ({ pending: NaN, dead: NaN, oldestSeconds: NaN }))
  new Gauge({
    name: 'messages',
    help: 'Messages to lives by state; dead ones wait for people',
    labelNames: ['state'],
    registers,
    async collect() {
      const { pending, dead } = await backlog()
      this.set({ state: 'pending' }, pending)
      this.set({ state: 'dead' }, dead)
    },
  })
  new Gauge({
    name: 'messages_oldest_seconds',
    help: 'How long the oldest message that may be told has waited',
    registers,
    async collect() {
      this.set((await backlog()).oldestSeconds)
    },
  })
}

/** What the sealer has not covered yet: more of it, and older, means that it does not run. */
function watchSeals({ reads }: ApiDependencies['store'], registers: Registry[]): void {
  const lag = () => reads.sealLag().catch(() => ({ auditEvents: NaN, postings: NaN, oldestSeconds: NaN }))
  new Gauge({
    name: 'unsealed_rows',
    help: 'Rows that no seal covers yet, by table; counted up to 100000 of each',
    labelNames: ['table'],
    registers,
    async collect() {
      const { auditEvents, postings } = await lag()
      this.set({ table: 'audit_event' }, auditEvents)
      this.set({ table: 'posting' }, postings)
    },
  })
  new Gauge({
    name: 'unsealed_oldest_seconds',
    help: 'How long the oldest of them has waited for the sealer',
    registers,
    async collect() {
      this.set((await lag()).oldestSeconds)
    },
  })
}

/** Differences that people are to end: of those that are overdue somebody has to be asked. */
function watchDiscrepancies({ store, now }: Pick<ApiDependencies, 'store' | 'now'>, registers: Registry[]): void {
  const gauge = (name: 'discrepancies_open' | 'discrepancies_overdue', help: string) =>
    new Gauge({
      name,
      help,
      labelNames: ['class'],
      registers,
      async collect() {
        const counted = await store.statements.openDiscrepancies(now()).catch(() => null)
        for (const found of DISCREPANCY_CLASSES) {
          const row = counted?.find((one) => one.class === found)
          const many = name === 'discrepancies_open' ? row?.open : row?.overdue
          this.set({ class: found }, counted === null ? NaN : (many ?? 0))
        }
      },
    })
  gauge('discrepancies_open', 'Differences between statements and our books that are not resolved, by class')
  gauge('discrepancies_overdue', 'Those of them that are open for longer than their class may be')
}

/** A day without a settled statement is proved by nobody: whoever sees the number grow asks the gateway for it. */
function watchStatements(
  { store, gateways, now }: Pick<ApiDependencies, 'store' | 'gateways' | 'now'>,
  registers: Registry[],
): void {
  new Gauge({
    name: 'statement_days_unsettled',
    help: 'Days that are over and whose statement is not here, or not settled, by gateway',
    labelNames: ['gateway'],
    registers,
    async collect() {
      for (const [gateway, { capabilities }] of gateways) {
        const days = store.statements.unsettledDays(gateway, capabilities.statement.zone, now())
        this.set({ gateway }, await days.catch(() => NaN))
      }
    },
  })
}
