/** Everything that can be told to or asked of a workflow, and what it is started with: the contract with `temporal/` and `api/`. */
import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow'
import type { Standing } from '../domain/standing.ts'

/** Task queue of the workflows and their local activities. */
export const LIVES_QUEUE = 'lives'

/** Task queue of the calls to one gateway, limited by the server to that gateway's rate. */
export function gatewayQueue(gateway: string): string {
  return `gateway-${gateway}`
}

export const PARTICIPANT_WORKFLOW = 'participant'
export const RECOVERY_WORKFLOW = 'recovery'
export const RECONCILIATION_WORKFLOW = 'reconciliation'
export const PAYOUT_RUN_WORKFLOW = 'payoutRun'
export const COLLECTION_WORKFLOW = 'collection'

/** The one line of a run. A run that continues another inherits none, so it also heads what is said of the life in full. */
export function summaryOf(workflow: string, programme: string, ref: string): string {
  return workflow === RECOVERY_WORKFLOW
    ? `Recovery for participant ${ref} of ${programme}`
    : `Participant ${ref} of ${programme}`
}

/** The one line of the run that reconciles a day. */
export function reconcileSummary(gateway: string, day: string): string {
  return `Statement of ${gateway} for ${day}`
}

/** The one line of a payout run. */
export function runSummary(run: string): string {
  return `Payout run ${run}`
}

/** What the workflow of a payout run is started with, and what it hands to itself when it continues as new. */
export interface RunInput {
  /** The run's key: `{programme}:{id}`. */
  readonly run: string
  /** History events after which it continues as new; the server's suggestion when absent. */
  readonly eventsMax?: number
}

export interface RunResult {
  readonly state: string
}

export interface Reconciled {
  readonly outcome: 'reconciled' | 'refused' | 'not-there'
  readonly differences?: number
  /** Its very bytes were here already: they changed nothing. */
  readonly isKnown?: true
  /** Why it was refused. */
  readonly code?: string
}

/** What a life is started with, and what it hands to itself when it continues as new: one versioned value. */
export interface LifeInput {
  readonly v: 1
  readonly programme: string
  readonly ref: string
  /** Ids of messages heard before; bounded. */
  readonly seen?: readonly string[]
  /** History events after which the life continues as new; the server's suggestion when absent. */
  readonly eventsMax?: number
  /** What the list of workflows shows, so that it is written only when it changes. */
  readonly shown?: Shown
}

/** Search attributes: keywords only, nothing personal. */
export interface Shown {
  readonly Programme: string
  readonly Region: string
  readonly Stage: string
  readonly Wave: string
  readonly Gateway: string
  readonly Attention: string
}

export interface LifeResult {
  readonly outcome: string
}

/** Machines tell: ids of messages whose facts are in the store. Without order, repeated at will. */
export const tell = defineSignal<[readonly string[]]>('tell')

/** People tell, and want to know that it was heard: the id of one message. */
export const hear = defineUpdate<{ readonly heard: true }, [string]>('hear')

/** Where the life stands, as it last saw it. */
export const standing = defineQuery<Standing | null>('standing')
