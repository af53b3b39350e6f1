import { describe, expect, it } from 'vitest'
import { ACTS, type Act } from '../../domain/act.ts'
import { outcomeFailure, refusalFailure } from '../../gateways/sandbox/failures.ts'
import { shippedProgramme } from '../../programmes/index.ts'
import { knownFailure } from '../../domain/failure-code.ts'
import type { TimelineLine } from '../../text/facts.ts'
import { accountName, timelineText } from '../../text/timeline.ts'

const programme = shippedProgramme('prakerja-2023')
const context = { programme, account: accountName('ID.GOPAY', '••0011') }
const atMs = Date.parse('2026-11-23T10:00:00+07:00')
const KEY = 'prakerja-2023:0123456789ABC:0123456789ABC:incentive-1:1'

const line = (act: Act, subject: string, after: TimelineLine['after'] = null, reason: string | null = null) => ({
  act,
  atMs,
  subject,
  after,
  reason,
})

describe('the timeline of a person', () => {
  it('tells a life from registration to payment', () => {
    const lines = [
      line('registered', 'prakerja-2023:0123456789ABC', { version: 1 }),
      line('screened-eligible', 'prakerja-2023:0123456789ABC', { refusals: [] }),
      line('admitted', 'prakerja-2023:0123456789ABC', { wave: '70', decree: 'SK-PKP-70', amount: '70000000' }),
      line('course-started', 'BARISTA-PROFESIONAL'),
      line('training-finished', 'prakerja-2023:0123456789ABC', { from: 'training', to: 'incentives' }),
      line('tranche-scheduled', 'incentive-1', { dueAtMs: Date.parse('2026-11-25T10:00:00+07:00') }),
      line('tranche-due', KEY, { tranche: 'incentive-1', amount: '60000000', currency: 'IDR' }),
      line('payout-sent', `${KEY}#1`, { tranche: 'incentive-1', gateway: 'sandbox', amount: '60000000' }),
      line('payout-paid', `${KEY}#1`, { tranche: 'incentive-1', amount: '60000000' }),
    ]
    expect(lines.map((entry) => timelineText('id', entry, context))).toEqual([
      'Pendaftaran Anda di Kartu Prakerja, skema normal sudah kami terima.',
      'Anda memenuhi syarat program dan dapat mengikuti gelombang.',
      'Selamat, Anda ditetapkan sebagai peserta gelombang 70. Saldo pelatihan Anda Rp 3.500.000. ' +
        'Mulailah pelatihan pertama paling lambat 8 Desember 2026 pukul 10.00 WIB.',
      'Anda memulai pelatihan Barista Profesional dan Pengelolaan Kedai di Rumah Kopi Belajar.',
      'Pelatihan Anda selesai; berikutnya insentif.',
      'Insentif mencari kerja sebesar Rp 600.000 dijadwalkan jatuh tempo pada 25 November 2026 pukul 10.00 WIB.',
      'Insentif mencari kerja sebesar Rp 600.000 dijadwalkan dikirim mulai 25 November 2026 pukul 10.00 WIB.',
      'Insentif mencari kerja sebesar Rp 600.000 sedang dikirim ke GoPay ••0011.',
      'Insentif mencari kerja sebesar Rp 600.000 sudah masuk ke GoPay ••0011.',
    ])
  })

  it('gives a refused person the reasons', () => {
    const refused = line('screened-refused', 'x', { refusals: ['too-young', 'not-declared'] })
    expect(timelineText('id', refused, context)).toBe(
      'Mohon maaf, Anda belum dapat mengikuti program ini. Usia Anda belum 18 tahun. Pernyataan pendaftar belum Anda setujui.',
    )
  })

  it('tells a person whose wallet is not upgraded what to do and until when', () => {
    const lapsesAtMs = Date.parse('2027-05-23T10:00:00+07:00')
    const waits = line('needs-account', KEY, { tranche: 'incentive-1', reason: 'wallet-not-upgraded' })
    expect(timelineText('id', waits, context)).toBe(
      'Insentif mencari kerja sebesar Rp 600.000 menunggu rekening Anda. ' +
        'Dompet digital Anda belum ditingkatkan ke akun terverifikasi.',
    )
    const asked = line('action-asked', KEY, {
      tranche: 'incentive-1',
      action: 'upgrade-wallet',
      byMs: null,
      lapsesAtMs,
    })
    expect(timelineText('id', asked, context)).toBe(
      'Yang perlu dilakukan untuk Insentif mencari kerja: Silakan verifikasi dompet digital Anda dengan KTP, ' +
        'atau tautkan rekening lain. Dompet digital diperiksa lagi dan pengiriman berlanjut secara otomatis. ' +
        'Batas waktunya 23 Mei 2027 pukul 10.00 WIB; sesudah itu insentif hangus.',
    )
    const limited = line('action-asked', KEY, { tranche: 'incentive-1', action: 'wait-for-limit', lapsesAtMs })
    expect(timelineText('en', limited, context)).toBe(
      "What is to be done about Job-search incentive: Wait: the payment goes on by itself when the month's limit of the wallet begins anew. Or link a bank account.",
    )
  })

  it('reads the failure of a payout from its class and code', () => {
    const failed = line('payout-failed', `${KEY}#1`, { failure: { class: 'needs-account', code: 'account-not-found' } })
    expect(timelineText('en', failed, context)).toContain('The account number was not found. Check the number')
  })

  it('finds the survey of an answer and the tranche of a bare key', () => {
    expect(timelineText('en', line('survey-answered', 'evaluation-2'), context)).toContain(
      'Evaluation survey incentive 2',
    )
    expect(timelineText('en', line('payout-sent-again', `${KEY}#1`, { send: 2 }), context)).toContain(
      'Job-search incentive',
    )
  })

  it('has a sentence for every act, whatever the row lacks', () => {
    for (const act of ACTS) {
      for (const language of ['id', 'en'] as const) {
        const told = timelineText(language, line(act, 'unknown', { amount: 'x', refusals: 7, outcome: 1 }), {
          programme,
          account: null,
        })
        expect(told, act).toMatch(/[.!]$/)
        expect(told, act).not.toMatch(/undefined|null|\[object/)
      }
    }
  })

  it('tells every documented failure of the sandbox as something other than undocumented', () => {
    const codes = [
      'INVALID_DESTINATION',
      'ACCOUNT_DORMANT',
      'ACCOUNT_NAME_MISMATCH',
      'WALLET_LIMIT_EXCEEDED',
      'WALLET_NOT_UPGRADED',
    ]
    for (const code of [...codes, 'TEMPORARY_TRANSFER_ERROR', 'INSUFFICIENT_BALANCE', 'COMPLIANCE_REJECTED']) {
      expect(knownFailure(outcomeFailure(code).code), code).not.toBe('undocumented')
    }
    expect(knownFailure(refusalFailure(401, 'UNAUTHORIZED').code)).toBe('gateway-configuration')
    expect(knownFailure(outcomeFailure('SOMETHING_NEW').code)).toBe('undocumented')
  })
})
