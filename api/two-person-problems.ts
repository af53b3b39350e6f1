/** Refusals where it takes two people. */
import type { ProblemCode } from '../domain/problem.ts'
import type { ProblemEntry } from './problem-entry.ts'

export const TWO_PERSON_PROBLEMS = {
  'two-people-needed': {
    status: 403,
    title: 'It takes two people',
    means: 'This moves money, or gives somebody power over it: nobody does it alone.',
    remedy: 'Propose it with `POST /v1/proposals`; another person approves it.',
  },
  'own-proposal': {
    status: 403,
    title: 'It is one’s own proposal',
    means: 'Whoever proposed it, and whom it is about, do not decide on it, whatever keys they hold.',
    remedy: 'Ask another person with the role approver.',
  },
  'already-decided': {
    status: 409,
    title: 'This person has decided',
    means: 'A person says one word on a proposal; it is on record.',
    remedy: 'Look at the proposal; if others are still needed, ask another person.',
  },
  'decision-not-awaited': {
    status: 409,
    title: 'This decision is not awaited',
    means: 'All approvals are there and a release is awaited, or a release comes before them, or none is needed.',
    remedy: 'Look at what the proposal still needs.',
  },
  'proposal-not-open': {
    status: 409,
    title: 'The proposal is decided',
    means: 'It was carried out, rejected, or found void.',
    remedy: 'Look at its state. What is still wanted is proposed anew.',
  },
  'proposal-expired': {
    status: 409,
    title: 'The time to decide has passed',
    means: 'The proposer signed how long it may be agreed to; nothing happened.',
    remedy: 'Propose it anew.',
  },
  'proposal-stale': {
    status: 409,
    title: 'It is not what was looked at',
    means: 'The decision names another content than the proposal has, or what is on record is not what was signed.',
    remedy: 'Look at the proposal again, and decide on the hash of what you see.',
  },
  'signature-invalid': {
    status: 403,
    title: 'The signature is not the person’s own',
    means: 'It was made with another key, or over another act, hash, decision or expiry.',
    remedy: 'Sign the text that `docs/approvals.md` describes with your own signing key.',
  },
  'signing-key-missing': {
    status: 403,
    title: 'There is no signing key',
    means: 'Who proposes or decides signs with a key of their own, and this person has none in force.',
    remedy: 'Make and register one: `lunas identity create`.',
  },
  'signing-key-exists': {
    status: 409,
    title: 'There is a signing key',
    means:
      'The person has, or had, one, or this very key is registered: an API key alone does not put another in its place.',
    remedy: 'Propose the act `signing-key`; two other people agree on it.',
  },
} satisfies Partial<Record<ProblemCode, ProblemEntry>>
