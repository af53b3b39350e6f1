/** What a call to Temporal ended with. */
import { isGrpcServiceError } from '@temporalio/client'

/** gRPC status codes, as far as they make a difference here. */
export const STATUS = {
  invalidArgument: 3,
  alreadyExists: 6,
  permissionDenied: 7,
  outOfRange: 11,
  unimplemented: 12,
} as const

export interface Status {
  readonly code: number
  readonly details: string
}

/** The client wraps what the connection says, sometimes twice; the status underneath decides. */
export function statusOf(error: unknown): Status | undefined {
  if (isGrpcServiceError(error)) return error
  return error instanceof Error && error.cause !== undefined ? statusOf(error.cause) : undefined
}

/** In a few words: the text of a status may quote what was sent. */
export function whyOf(error: unknown): string {
  const code = statusOf(error)?.code
  if (code !== undefined) return `gRPC ${code}`
  return error instanceof Error ? error.name : 'fault'
}
