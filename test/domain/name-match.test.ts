import { describe, expect, it } from 'vitest'
import { matchNames } from '../../domain/name-match.ts'

describe('two spellings of a name', () => {
  it.each([
    ['Siti Rahmawati', 'SITI RAHMAWATI'],
    ['Dr. Ir. H. Budi Santoso, M.Si', 'Budi Santoso'],
    ["Nur Ma'ruf", 'NUR MARUF'],
    ['Moh. Rizal Fauzi', 'MUHAMMAD RIZAL FAUZI'],
    ['Siti Nur-Aini', 'Siti Nur Aini'],
    ['R.A. Kartini', 'RA KARTINI'],
    ['I Made Suardana', 'I M SUARDANA'],
    ['Renée Wulandari', 'Renee Wulandari'],
  ])('%s and %s are the same', (one, other) => {
    expect(matchNames(one, other)).toBe('same')
    expect(matchNames(other, one)).toBe('same')
  })

  it.each([
    ['Siti Rahmawati', 'SITI RAHMAWATI PUTRI'],
    ['Yohanes Bria Klau', 'YOHANES B'],
    ['Budi Santoso', 'SANTOSO BUDI'],
  ])('%s and %s can be one person', (one, other) => {
    expect(matchNames(one, other)).toBe('similar')
  })

  it.each([
    ['Siti Rahmawati', 'NAMA LAIN'],
    ['Siti Rahmawati', 'Budi Santoso'],
    ['Siti Rahmawati', 'S R'],
    ['Siti Rahmawati', ''],
    ['Dr. Siti', 'Dr. Budi'],
  ])('%s and %s have nothing in common', (one, other) => {
    expect(matchNames(one, other)).toBe('none')
  })

  it('knows a person who is called like a title', () => {
    expect(matchNames('Haji', 'HAJI')).toBe('same')
  })
})
