import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { decideOn, expiryFault, type Ask, type Proposal } from '../../domain/approval.ts'
import { canonicalJson, possessionText, signedText } from '../../domain/signing.ts'
import { ABOUT, COMMANDS, NEEDS, Oracle, OUTSIDER, PROPOSER, type World } from '../support/approval-model.ts'

const HASH = 'a'.repeat(64)
const END = 1_000_000

const open: Proposal = {
  state: 'open',
  proposer: 'sari',
  about: null,
  hash: HASH,
  expiresAtMs: END,
  needs: { approvers: 1, releaser: false },
  given: [],
}
const ask: Ask = { person: 'budi', decision: 'approve', hash: HASH, isAllowed: true, isSigned: true, atMs: END - 1 }

describe('a decision', () => {
  it('of another person on what was seen carries it out', () => {
    expect(decideOn(open, ask)).toMatchObject({ kind: 'taken', leadsTo: 'agreed' })
    expect(decideOn(open, { ...ask, decision: 'reject' })).toMatchObject({ kind: 'taken', leadsTo: 'rejected' })
  })

  test.each<[string, Partial<Proposal>, Partial<Ask>]>([
    ['already-decided', { given: [{ person: 'budi', decision: 'approve' }], state: 'executed' }, {}],
    ['proposal-not-open', { state: 'executed' }, {}],
    ['proposal-not-open', { state: 'void' }, {}],
    ['proposal-expired', { state: 'expired' }, {}],
    ['proposal-expired', {}, { atMs: END }],
    ['forbidden', {}, { isAllowed: false }],
    ['own-proposal', {}, { person: 'sari' }],
    ['own-proposal', { about: 'budi' }, {}],
    ['own-proposal', {}, { person: 'sari', decision: 'reject' }],
    ['proposal-stale', {}, { hash: 'b'.repeat(64) }],
    ['signature-invalid', {}, { isSigned: false }],
    ['decision-not-awaited', {}, { decision: 'release' }],
    ['decision-not-awaited', { needs: { approvers: 1, releaser: true } }, { decision: 'release' }],
    [
      'decision-not-awaited',
      { needs: { approvers: 1, releaser: true }, given: [{ person: 'citra', decision: 'approve' }] },
      {},
    ],
  ])('is refused with %s', (code, proposal, more) => {
    expect(decideOn({ ...open, ...proposal }, { ...ask, ...more })).toEqual({ kind: 'refused', code })
  })

  it('is one of as many as are needed, and a releaser is somebody else again', () => {
    const needs = { approvers: 2, releaser: true }
    const first = decideOn({ ...open, needs }, ask)
    if (first.kind !== 'taken') throw new Error('it is taken')
    expect(first.leadsTo).toBe('open')
    const second = decideOn({ ...open, needs, given: first.given }, { ...ask, person: 'citra' })
    if (second.kind !== 'taken') throw new Error('it is taken')
    expect(second.leadsTo).toBe('open')
    const release: Partial<Ask> = { decision: 'release' }
    const own = decideOn({ ...open, needs, given: second.given }, { ...ask, ...release, person: 'citra' })
    expect(own).toEqual({ kind: 'refused', code: 'already-decided' })
    const third = decideOn({ ...open, needs, given: second.given }, { ...ask, ...release, person: 'dodi' })
    expect(third).toMatchObject({ kind: 'taken', leadsTo: 'agreed' })
  })
})

test('others have a minute at least and thirty days at most', () => {
  expect(expiryFault(59_999, 0)).toMatch(/minute/)
  expect(expiryFault(60_000, 0)).toBeNull()
  expect(expiryFault(30 * 86_400_000, 0)).toBeNull()
  expect(expiryFault(30 * 86_400_000 + 1, 0)).toMatch(/30 days/)
})

test('in whatever order people try, one person releases nothing and neither does a stale hash: 10,000 sequences', async () => {
  await fc.assert(
    fc.asyncProperty(NEEDS, COMMANDS, async (needs, commands) => {
      await fc.asyncModelRun(() => ({ model: new Oracle(needs), real: pureWorld(needs) }), commands)
    }),
    { numRuns: 10_000 },
  )
}, 120_000)

function pureWorld(needs: Proposal['needs']): World {
  let proposal: Proposal = { ...open, needs, proposer: PROPOSER, about: ABOUT }
  let times = 0
  return {
    decide({ person, decision, sees, signed }) {
      const decided = decideOn(proposal, {
        person,
        decision,
        hash: sees === 'content' ? HASH : 'c'.repeat(64),
        isAllowed: person !== OUTSIDER,
        isSigned: signed === 'own',
        atMs: END - 1,
      })
      if (decided.kind === 'refused') return 'refused'
      const state = decided.leadsTo === 'agreed' ? 'executed' : decided.leadsTo
      if (state === 'executed') times += 1
      proposal = { ...proposal, given: decided.given, state }
      return state
    },
    expire() {
      if (proposal.state === 'open') proposal = { ...proposal, state: 'expired' }
    },
    carriedOut: () => times,
  }
}

describe('what is signed', () => {
  it('is five lines: version, act, hash, decision and end', () => {
    const signed = { act: 'appropriation', hash: HASH, decision: 'approve' as const, expiresAtMs: 0 }
    expect(signedText(signed)).toBe(`lunas-approval 1\nappropriation\n${HASH}\napprove\n1970-01-01T00:00:00.000Z`)
    expect(possessionText('budi', 'AAAA')).toBe('lunas-signing-key 1\nbudi\nAAAA')
  })

  it('is one text for one content, whatever order its fields come in', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = canonicalJson(value)
        expect(canonicalJson(JSON.parse(text))).toBe(text)
      }),
    )
    expect(canonicalJson({ b: 1, a: { d: [2, null], c: 'ä' } })).toBe('{"a":{"c":"ä","d":[2,null]},"b":1}')
  })
})
