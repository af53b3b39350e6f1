/** A gate for tests in which two must meet in the middle: one waits at it until the other opens it. */
export interface Gate {
  readonly opened: Promise<void>
  open(): void
}

export function gate(): Gate {
  const made: { open?: () => void } = {}
  const opened = new Promise<void>((resolve) => {
    made.open = resolve
  })
  return { opened, open: () => made.open?.() }
}
