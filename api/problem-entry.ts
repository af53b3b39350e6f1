/** What one refusal of the API tells. */
export interface ProblemEntry {
  readonly status: number
  readonly title: string
  /** What it means. */
  readonly means: string
  /** What the caller does next. */
  readonly remedy: string
  /** Seconds after which the same request may work; sent as Retry-After. */
  readonly retryAfter?: number
}
