/** One line of what `lunas doctor` finds. */
export interface Finding {
  readonly what: string
  /** `idle`: not running, which is no fault. */
  readonly state: 'green' | 'idle' | 'red'
  readonly found: string
  readonly mend: string | null
}

/** Green or red. */
export function finding(what: string, well: boolean, found: string, mend: string): Finding {
  return well ? green(what, found) : red(what, found, mend)
}

export function green(what: string, found: string): Finding {
  return { what, state: 'green', found, mend: null }
}

/** Not running, which is no fault. */
export function idle(what: string, found: string): Finding {
  return { what, state: 'idle', found, mend: null }
}

/** `mend` is a command. */
export function red(what: string, found: string, mend: string): Finding {
  return { what, state: 'red', found, mend }
}
