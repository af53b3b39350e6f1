import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { PAID_IN_LOST_TIME, RECEIVABLE_STANDS, REST_OWED } from '../../domain/disbursement.ts'
import { REFUSAL_CODES } from '../../domain/eligibility.ts'
import { PROJECT_ROOT } from '../../local/project.ts'
import { shippedProgramme } from '../../programmes/index.ts'
import { attentionText, failureText, refusalText, text } from '../../text/catalogue.ts'
import { FAILURE_CODES, knownFailure } from '../../domain/failure-code.ts'
import { ATTENTION, isAttentionCode, type AttentionCode } from '../../text/codes.ts'
import { english } from '../../text/en.ts'
import { indonesian } from '../../text/id.ts'
import { formatDate, formatTime } from '../../text/time.ts'

const programme = shippedProgramme('demo')
const tranche = { id: 'Insentif mencari kerja', en: 'Job-search incentive' }
const amount = { minor: 60_000_000n, currency: 'IDR' }
const at = { atMs: Date.parse('2026-08-17T03:00:00Z'), zone: 'Asia/Jakarta' }

describe('texts', () => {
  it('show money, times and names in the words of the language', () => {
    expect(text('id', 'timeline.tranche-due', { tranche, amount, releaseAt: at })).toBe(
      'Insentif mencari kerja sebesar Rp 600.000 dijadwalkan dikirim mulai 17 Agustus 2026 pukul 10.00 WIB.',
    )
    expect(text('en', 'timeline.tranche-due', { tranche, amount, releaseAt: at })).toBe(
      'Job-search incentive of Rp 600.000 is due and will be sent from 17 August 2026, 10:00 WIB.',
    )
  })

  it('name the zone as Indonesia does', () => {
    const zones = ['Asia/Jakarta', 'Asia/Makassar', 'Asia/Jayapura']
    expect(zones.map((zone) => formatTime('id', { ...at, zone }))).toEqual([
      '17 Agustus 2026 pukul 10.00 WIB',
      '17 Agustus 2026 pukul 11.00 WITA',
      '17 Agustus 2026 pukul 12.00 WIT',
    ])
    expect(formatTime('en', { ...at, zone: 'Asia/Jayapura' })).toBe('17 August 2026, 12:00 WIT')
    expect(formatTime('id', { atMs: Date.parse('2026-12-31T17:05:00Z'), zone: 'Asia/Jakarta' })).toBe(
      '1 Januari 2027 pukul 00.05 WIB',
    )
    expect(formatDate('id', at)).toBe('17 Agustus 2026')
  })

  it('give the limit of the rule that refused', () => {
    expect(refusalText('id', 'too-young', programme.eligibility)).toBe('Usia Anda belum 18 tahun.')
    expect(refusalText('en', 'too-old', programme.eligibility)).toBe('Older than 64 years.')
    expect(refusalText('id', 'receives-aid', shippedProgramme('prakerja-2020').eligibility)).toContain(
      'PKH, BPNT, BSU, BPUM',
    )
    for (const code of REFUSAL_CODES) expect(refusalText('id', code, programme.eligibility)).toMatch(/\.$/)
  })

  it('say of every failure what happened and what to do next', () => {
    for (const code of FAILURE_CODES) {
      expect(failureText('id', code)).toMatch(/^[A-Z].*\. .*\.$/)
      expect(failureText('en', code)).toMatch(/^[A-Z].*\. .*\.$/)
    }
    expect(['account-closed', 'account-not-found', 'E-4711', 'toString', null].map(knownFailure)).toEqual([
      'account-closed',
      'no-such-account',
      'undocumented',
      'undocumented',
      'no-reason-given',
    ])
  })

  it('know every reason for which a payment waits', () => {
    const files = ['domain', 'store', 'activities'].flatMap((room) =>
      readdirSync(path.join(PROJECT_ROOT, room), { recursive: true, encoding: 'utf8' })
        .filter((name) => name.endsWith('.ts'))
        .map((name) => readFileSync(path.join(PROJECT_ROOT, room, name), 'utf8')),
    )
    const moves = files
      .join('\n')
      .matchAll(/state: '(released|needs-account|review|failed|float-short)', reason: '([a-z-]+)'/g)
    const reasons = [...moves].map(([, , reason = '']) => reason)
    expect(reasons.length).toBeGreaterThan(3)
    const known = [...reasons, PAID_IN_LOST_TIME, RECEIVABLE_STANDS, REST_OWED, 'float-restored', 'account-unchecked']
    expect(known.filter((reason) => knownFailure(reason) === 'undocumented')).toEqual([])
  })

  it('say whose move it is', () => {
    expect(attentionText('id', 'waiting-for-account')).toBe(
      'Menunggu rekening atau dompet digital peserta. Giliran peserta.',
    )
    expect(attentionText('en', 'waiting-for-float')).toContain("finance team's move")
    for (const code of Object.keys(ATTENTION)) expect(attentionText('id', code as AttentionCode)).toContain('Giliran')
    expect([isAttentionCode('review'), isAttentionCode('constructor')]).toEqual([true, false])
  })

  it('are the same messages in both languages, none empty and none the same by mistake', () => {
    expect(Object.keys(indonesian).sort()).toEqual(Object.keys(english).sort())
    for (const [key, message] of Object.entries(indonesian)) {
      if (typeof message !== 'string') continue
      expect(message.length, key).toBeGreaterThan(3)
      expect(message, key).not.toBe(english[key as keyof typeof english])
    }
  })

  it('use the same values in both languages', () => {
    for (const key of Object.keys(indonesian) as (keyof typeof indonesian)[]) {
      expect(valuesOf(indonesian[key]), key).toEqual(valuesOf(english[key]))
    }
  })
})

/** The names of the values a message reads. */
function valuesOf(message: unknown): string[] {
  const read = new Set<string>()
  const values = new Proxy({}, { get: (_, name) => read.add(String(name)) && 'x' })
  if (typeof message === 'function') (message as (values: object) => string)(values)
  return [...read].sort()
}
