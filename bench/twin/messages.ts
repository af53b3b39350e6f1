/** The twin's own contract: facts arrive as signals, straight from the driver. */
import { defineSignal } from '@temporalio/workflow'

export const TWIN_QUEUE = 'twin'
export const TWIN_GATEWAY_QUEUE = 'twin-gateway'

export interface TwinInput {
  readonly ref: string
  /** Milliseconds of the two due dates and of the deadlines. */
  readonly dueMs: number
  readonly deadlineMs: number
}

export const fact = defineSignal<[string]>('fact')
