/** What `JSON.parse` lets through in silence. */
import type { Fault } from '../domain/problem.ts'

/**
 * Fields given twice in an object of a JSON text: the last one wins in silence, so a reader of the text and the engine would
 * see different rules. The text must already have been accepted by `JSON.parse`.
 */
export function repeatedFields(text: string): Fault[] {
  const faults: Fault[] = []
  const tokens = text.match(/"(?:[^"\\]|\\.)*"|[{}[\]:,]|[^\s{}[\]:,"]+/g) ?? []
  const open: Container[] = []
  for (const [index, token] of tokens.entries()) {
    const inside = open.at(-1)
    if (token === '{' || token === '[')
      open.push({ pointer: pointerHere(inside), fields: token === '{' ? new Set() : null, place: '0' })
    else if (token === '}' || token === ']') open.pop()
    else if (token === ',' && inside?.fields === null) inside.place = String(Number(inside.place) + 1)
    else if (inside?.fields && tokens[index + 1] === ':') {
      inside.place = JSON.parse(token) as string
      if (inside.fields.has(inside.place)) faults.push({ pointer: pointerHere(inside), detail: 'is given twice' })
      inside.fields.add(inside.place)
    }
  }
  return faults
}

interface Container {
  readonly pointer: string
  /** The fields seen in an object; null in an array. */
  readonly fields: Set<string> | null
  /** The field or index that is being read. */
  place: string
}

function pointerHere(container: Container | undefined): string {
  return container === undefined
    ? ''
    : `${container.pointer}/${container.place.replaceAll('~', '~0').replaceAll('/', '~1')}`
}
