import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { nameVerdict, scoreNames } from '../../domain/name-match.ts'

const scoreOf = (one: string, other: string): number => scoreNames(one, other).score

describe('two spellings of a name', () => {
  it.each([
    ['Siti Rahmawati', 'SITI RAHMAWATI', ''],
    ['Dr. Ir. H. Budi Santoso, M.Si', 'Budi Santoso', 'titles'],
    ["Nur Ma'ruf", 'NUR MARUF', ''],
    ['Moh. Rizal Fauzi', 'MUHAMMAD RIZAL FAUZI', 'abbreviations'],
    ['St. Aminah', 'SITI AMINAH', 'abbreviations'],
    ['Abd. Rahman', 'ABDUL RAHMAN', 'abbreviations'],
    ['Siti Nur-Aini', 'Siti Nuraini', 'joined-words'],
    ['R.A. Kartini', 'RA KARTINI', ''],
    ['I Made Suardana', 'I M SUARDANA', 'initials'],
    ['Renée Wulandari', 'Renee Wulandari', ''],
    ['Soekarno Poetra', 'SUKARNO PUTRA', 'old-spelling'],
    ['Budi Santoso', 'SANTOSO BUDI', 'order'],
    ['Maria Immaculata Setyaningsih', 'MARIA IMMACULATA SETYAN', 'cut-off'],
  ])('%s and %s are taken for one person', (one, other, reason) => {
    for (const [first, second] of [
      [one, other],
      [other, one],
    ] as const) {
      const { score, reasons } = scoreNames(first, second)
      expect(score).toBeGreaterThanOrEqual(90)
      expect(reasons.join()).toBe(reason)
    }
  })

  it.each([
    ['Siti Rahmawati', 'SITI RAHMAWATI PUTRI', 'missing-words'],
    ['Yohanes Bria Klau', 'YOHANES B', 'initials,missing-words'],
    ['Dewi Rahmawati', 'DEWI RAHMAWATY', 'spelling'],
  ])('%s and %s can be one person', (one, other, reasons) => {
    const told = scoreNames(one, other)
    expect(told.score).toBeGreaterThanOrEqual(60)
    expect(told.score).toBeLessThan(90)
    expect(told.reasons.join()).toBe(reasons)
  })

  it('of which one word is another is doubtful', () => {
    expect(scoreNames('Siti Rahmawati', 'Siti Lestari')).toEqual({ score: 35, reasons: ['other-words'] })
  })

  it.each([
    ['Siti Rahmawati', 'NAMA LAIN'],
    ['Siti Rahmawati', 'Budi Santoso'],
    ['Siti Rahmawati', 'S R'],
    ['Siti Rahmawati', ''],
    ['Dr. Siti', 'Dr. Budi'],
    // One letter is often all there is between a man's name and a woman's.
    ['Sumarni', 'Sumarno'],
  ])('%s and %s have nothing in common', (one, other) => {
    expect(scoreNames(one, other)).toEqual({ score: 0, reasons: ['nothing-in-common'] })
  })

  it('know a person who is called like a title', () => {
    expect(scoreOf('Haji', 'HAJI')).toBe(100)
  })

  it('score the same either way round, and 100 only for what is read as the same', () => {
    const word = fc.constantFrom('Moh.', 'Siti', 'Budi', 'Rahmawati', 'S', 'H.', 'Santoso', 'Nur', 'Aini', 'Soeharto')
    const name = fc.array(word, { minLength: 1, maxLength: 4 }).map((words) => words.join(' '))
    fc.assert(
      fc.property(name, name, (one, other) => {
        const { score, reasons } = scoreNames(one, other)
        expect(scoreNames(other, one).score).toBe(score)
        expect(score === 100 && reasons.length > 0).toBe(false)
        expect(score).toBeGreaterThanOrEqual(0)
        expect(scoreOf(one, one)).toBe(100)
      }),
    )
  })

  it('are taken, looked at or refused by the thresholds of the programme', () => {
    const thresholds = { accept: 80, review: 50 }
    expect([100, 80, 79, 50, 49, 0].map((score) => nameVerdict(score, thresholds))).toEqual([
      'accept',
      'accept',
      'review',
      'review',
      'refuse',
      'refuse',
    ])
    expect([1, 0].map((score) => nameVerdict(score))).toEqual(['accept', 'refuse'])
  })
})
