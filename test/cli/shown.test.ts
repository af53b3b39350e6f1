/** What people are shown of what others wrote, before they sign. */
import { describe, expect, it } from 'vitest'
import { columns } from '../../cli/output.ts'
import { storyOf, type Proposal } from '../../cli/proposing.ts'

const commitment = '0'.repeat(64)
const proposal: Proposal = {
  id: '00000000-0000-4000-8000-000000000000',
  act: 'account-change',
  title: { id: 'Perubahan rekening', en: 'Account changed by an operator' },
  programme: 'demo',
  subject: 'demo:7ZK3M9Q2WX4TB',
  about: null,
  content: {
    programme: 'demo',
    ref: '7ZK3M9Q2WX4TB',
    kind: 'bank',
    institution: 'ID.BNI',
    masked: '••6615',
    commitment,
  },
  hash: '0'.repeat(64),
  reason: 'told at the help desk',
  evidence: null,
  proposer: 'sari',
  role: 'helpdesk',
  proposedAt: '2026-11-22T05:00:00.000Z',
  expiresAt: '2026-11-23T05:00:00.000Z',
  signature: '',
  publicKey: '',
  needs: { approvers: 1, releaser: false },
  state: 'open',
  awaits: 'approve',
  void: null,
  decidedAt: null,
  approvals: [],
  check: null,
}
const shownOf = (check: Proposal['check'], act = 'account-change') => storyOf({ ...proposal, act, check })

describe('an account that is to be linked', () => {
  it('is shown with what the gateway said of it, and how well the names agree', () => {
    const shown = shownOf({ gateway: 'sandbox', verdict: 'review', score: 41, reasons: ['initials', 'other-words'] })
    expect(shown).toContain('account    review at sandbox: it can be paid, and the name has to be looked at')
    expect(shown).toContain('names agree 41 of 100 (initials, other words)')
  })

  it('is said to be unverified where its gateway could not be asked', () => {
    const shown = shownOf({ gateway: 'sandbox', verdict: 'unverified', score: null, reasons: [] })
    expect(shown).toContain('unverified at sandbox: nobody could be asked')
    expect(shown).toContain('the name at the bank or wallet was not told')
  })

  it('is said not to have been asked about where no gateway was', () => {
    expect(shownOf(null)).toContain('no gateway was asked about it')
    expect(shownOf(null, 'funding')).not.toContain('no gateway was asked')
  })
})

describe('a list', () => {
  it('has a line for each row, whatever others wrote into it', () => {
    const text = columns([
      ['ID', 'WHY', 'STATE'],
      ['1', 'as agreed\u001b[2K\u001b[1A\n2  something else', 'open'],
    ])
    expect(text).not.toContain('\u001b')
    const [header, row, ...more] = text.split('\n')
    expect(more).toEqual([])
    expect(row).toContain('as agreed\\u001b[2K\\u001b[1A\\u000a2  something else  open')
    expect(header?.indexOf('STATE')).toBe(row?.indexOf('open'))
  })
})
