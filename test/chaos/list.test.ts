import { expect, test } from 'vitest'
import { composed, cutOff, overlapping, readLines } from '../../chaos/file/list.ts'

const refs = Array.from({ length: 9 }, (_, n) => `P${n}`)
const whole = composed(refs, 'KURSUS', Date.UTC(2026, 10, 26))
const named = (text: string): string[] => readLines(text).lines.map(({ ref }) => ref)

test('a file that was cut off in the middle of a line names only those before it', () => {
  const cut = readLines(cutOff(whole, 4))
  expect(cut.lines.map(({ ref }) => ref)).toEqual(refs.slice(0, 4))
  expect(cut.unreadable).toBe(1)
  expect(readLines(whole)).toMatchObject({ unreadable: 0 })
})

test('two parts of a file share a third of it, leave nobody out, and are in another order', () => {
  const [first, second] = overlapping(whole, 7).map(named)
  expect([...new Set([...(first ?? []), ...(second ?? [])])].toSorted()).toEqual(refs)
  expect(first?.filter((ref) => second?.includes(ref)).toSorted()).toEqual(refs.slice(3, 6))
  expect([...(first ?? [])].toSorted()).toEqual(refs.slice(0, 6))
  expect(first).not.toEqual(refs.slice(0, 6))
})
