/**
 * JSON as a ledger wants it: what `JSON.parse` lets through in silence (a field given twice, `__proto__`, NUL, half a surrogate
 * pair, invalid UTF-8) is refused, because two readers of such a text see two different requests.
 */
import type { Fault } from '../domain/problem.ts'

export type StrictJson = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly fault: Fault }

const DEPTH_MAX = 32
const FORBIDDEN_FIELDS: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype'])
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Parses the bytes of a body. The first fault is told with its place; a value is never repeated. */
export function parseStrictJson(bytes: Uint8Array): StrictJson {
  let text: string
  try {
    text = utf8.decode(bytes)
  } catch {
    return refused('', 'is not UTF-8')
  }
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    // The engine's message quotes the text; only the position is safe to tell.
    const position = /position (\d+)/.exec(error instanceof Error ? error.message : '')?.[1]
    return refused('', position === undefined ? 'is not JSON' : `is not JSON (at character ${position})`)
  }
  const fault = faultIn(text)
  return fault ? { ok: false, fault } : { ok: true, value }
}

interface Frame {
  readonly pointer: string
  /** Fields seen so far; null in an array. */
  readonly fields: Set<string> | null
  /** The field or index that is being read. */
  place: string | number
  expectsField: boolean
}

/** Walks a text that is valid JSON and finds what must not be in it. */
function faultIn(text: string): Fault | undefined {
  const frames: Frame[] = []
  for (let at = 0; at < text.length; at += 1) {
    const inside = frames.at(-1)
    switch (text[at]) {
      case '{':
      case '[':
        if (frames.length === DEPTH_MAX)
          return { pointer: pointerTo(inside), detail: `is nested deeper than ${DEPTH_MAX}` }
        frames.push(openFrame(pointerTo(inside), text[at] === '{'))
        break
      case '}':
      case ']':
        frames.pop()
        break
      case ',':
        if (inside?.fields) inside.expectsField = true
        else if (inside) inside.place = Number(inside.place) + 1
        break
      case '"': {
        const end = endOfString(text, at)
        const fault = stringFault(text.slice(at, end + 1), inside)
        if (fault) return fault
        at = end
        break
      }
      default:
    }
  }
  return undefined
}

function openFrame(pointer: string, isObject: boolean): Frame {
  return { pointer, fields: isObject ? new Set() : null, place: isObject ? '' : 0, expectsField: isObject }
}

function endOfString(text: string, start: number): number {
  let end = start + 1
  while (text[end] !== '"') end += text[end] === '\\' ? 2 : 1
  return end
}

function stringFault(token: string, inside: Frame | undefined): Fault | undefined {
  const content = token.includes('\\') ? (JSON.parse(token) as string) : token.slice(1, -1)
  if (inside?.fields && inside.expectsField) {
    inside.expectsField = false
    inside.place = content
    if (FORBIDDEN_FIELDS.has(content))
      return { pointer: pointerTo(inside), detail: 'is a field name that is never accepted' }
    if (inside.fields.has(content)) return { pointer: pointerTo(inside), detail: 'is given twice' }
    inside.fields.add(content)
  }
  if (content.includes('\0')) return { pointer: pointerTo(inside), detail: 'has a NUL character' }
  // PostgreSQL keeps text as UTF-8, which has no half pairs.
  return /\p{Surrogate}/u.test(content)
    ? { pointer: pointerTo(inside), detail: 'has half a surrogate pair' }
    : undefined
}

function pointerTo(frame: Frame | undefined): string {
  if (!frame) return ''
  return `${frame.pointer}/${String(frame.place).replaceAll('~', '~0').replaceAll('/', '~1')}`
}

function refused(pointer: string, detail: string): StrictJson {
  return { ok: false, fault: { pointer, detail } }
}
