/** Reading our documents in tests: tables by the heading above them, and blocks of commands. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { PROJECT_ROOT } from '../../local/project.ts'

export function readDocument(file: string): string {
  return readFileSync(path.join(PROJECT_ROOT, file), 'utf8')
}

/** The rows of the first table under a heading, cells without the marks of code. Throws when there is none. */
export function tableUnder(markdown: string, heading: string): string[][] {
  const lines = markdown.split('\n')
  const start = lines.findIndex((line) => /^#+ /.test(line) && line.replace(/^#+ /, '') === heading)
  if (start < 0) throw new Error(`no heading "${heading}"`)
  const rows: string[] = []
  for (const line of lines.slice(start + 1)) {
    if (/^#+ /.test(line) || (rows.length > 0 && !line.startsWith('|'))) break
    if (line.startsWith('|')) rows.push(line)
  }
  if (rows.length < 3) throw new Error(`no table under "${heading}"`)
  return rows.slice(2).map(cellsOf)
}

export function cellsOf(row: string): string[] {
  return row
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim().replaceAll('`', ''))
}

/** What stands under a heading, as far as the next of any level. Throws when there is none. */
export function sectionUnder(markdown: string, heading: string): string {
  const [, section] = markdown.split(new RegExp(`^#+ ${heading}$`, 'm'))
  if (section === undefined) throw new Error(`no heading "${heading}"`)
  return section.split(/^#+ /m)[0] ?? ''
}

/** Every command of the blocks marked as shell, with lines that end in a backslash joined. */
export function commandsIn(markdown: string): string[] {
  const blocks = [...markdown.matchAll(/^```sh\n([\s\S]*?)^```/gm)].map(([, block]) => block ?? '')
  const lines = blocks
    .join('\n')
    .replaceAll(/\\\n\s*/g, '')
    .split('\n')
  return lines.map((line) => line.replace(/\s+#.*$/, '').trim()).filter((line) => line !== '')
}
