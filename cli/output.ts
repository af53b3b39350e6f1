/** How the command line speaks: JSON for machines, sentences for people, exit codes for both. */

/** Wrong use or wrong settings. */
export const EXIT_USAGE = 2
/** Something is not as it should be. */
export const EXIT_FAILED = 1
/** Ended by the person before it could tell: as shells say it of SIGINT. */
export const EXIT_INTERRUPTED = 130

/** A failure fit for a person: one sentence, with what to do. */
export class Failure extends Error {
  readonly exitCode: number
  constructor(message: string, exitCode = EXIT_USAGE) {
    super(message)
    this.exitCode = exitCode
  }
}

export function print(text: string): void {
  process.stdout.write(`${text}\n`)
}

/** One JSON object on standard output. Amounts are decimal strings. */
export function printJson(value: unknown): void {
  print(JSON.stringify(value, (_key, item: unknown) => (typeof item === 'bigint' ? item.toString() : item), 2))
}

/** Says what went wrong on standard error and returns the exit code. */
export function explainFailure(error: unknown): number {
  if (error instanceof Failure) {
    process.stderr.write(`${error.message}\n`)
    return error.exitCode
  }
  if (error instanceof Error && 'lines' in error && Array.isArray(error.lines)) {
    for (const line of error.lines as string[]) process.stderr.write(`${line}\n`)
    return EXIT_USAGE
  }
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  return EXIT_FAILED
}

/** What others wrote cannot move the cursor, hide a line or turn it around: whoever reads it sees what is there. */
export function plain(line: string): string {
  return line.replaceAll(
    /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu,
    (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

/** Aligned columns, the first line being the header. A cell is one line, whatever others wrote into it. */
export function columns(cells: readonly (readonly string[])[]): string {
  const rows = cells.map((row) => row.map(plain))
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)))
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}
