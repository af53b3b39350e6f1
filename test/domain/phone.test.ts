import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { maskPhone, parsePhone } from '../../domain/phone.ts'

describe('phone numbers', () => {
  it.each([
    '081234567890',
    '+6281234567890',
    '6281234567890',
    '006281234567890',
    '81234567890',
    '0812-3456-7890',
    '0812 3456 7890',
    '(0812) 3456.7890',
    '+62 (0)812 3456 7890',
    ' 0812–3456–7890 ',
  ])('brings %j to one form', (text) => {
    expect(parsePhone(text)).toEqual({ ok: true, e164: '+6281234567890' })
  })

  it('does not take 62812345678 for a number that begins with 62812', () => {
    expect(parsePhone('62812345678')).toEqual({ ok: true, e164: '+62812345678' })
  })

  it('takes the numbers of the sandbox scenarios', () => {
    expect(parsePhone('+6289900168011')).toEqual({ ok: true, e164: '+6289900168011' })
  })

  it.each([
    '',
    '0',
    '0215551234',
    '+60123456789',
    '+1 202 555 0100',
    '0812',
    '08123456789012',
    '0842345678901',
    '0812x3456789',
    '+',
  ])('refuses %j', (text) => {
    expect(parsePhone(text)).toMatchObject({ ok: false })
  })

  it('gives the same number again for its own result, however it is written', () => {
    const national = fc.stringMatching(/^8[1-35-9][0-9]{7,10}$/)
    fc.assert(
      fc.property(national, fc.constantFrom('+62', '62', '0062', '0', '', '+62 0', '62-'), (digits, prefix) => {
        expect(parsePhone(prefix + digits)).toEqual({ ok: true, e164: `+62${digits}` })
      }),
    )
  })

  it('shows the first and last digits only', () => {
    expect(maskPhone('+6281234567890')).toBe('+62812******90')
  })
})
