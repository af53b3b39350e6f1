/** Every refusal of the API: its HTTP status, and what people are told. `docs/problems.md` is this table as a page. */
import type { ProblemCode } from '../domain/problem.ts'
import type { ProblemEntry } from './problem-entry.ts'
import { RUN_PROBLEMS } from './run-problems.ts'
import { TWO_PERSON_PROBLEMS } from './two-person-problems.ts'
import { YEAR_PROBLEMS } from './year-problems.ts'

const NEW_KEY = 'Send the corrected request with a new Idempotency-Key.'
const AGAIN = 'Send the same request with the same Idempotency-Key again after Retry-After seconds.'

export const PROBLEM_TABLE: Readonly<Record<ProblemCode, ProblemEntry>> = {
  'invalid-request': {
    status: 422,
    title: 'The request is well formed but not valid',
    means: 'A field, a parameter or a header is missing, unknown, of the wrong type or outside its limits.',
    remedy: `Correct every place named in \`errors\`. ${NEW_KEY}`,
  },
  'malformed-request': {
    status: 400,
    title: 'The request is not HTTP as it should be',
    means: 'The request line, the path or a header cannot be read.',
    remedy: 'Send the request with an HTTP library, and what stands in the path percent-encoded.',
  },
  'malformed-json': {
    status: 400,
    title: 'The body is not acceptable JSON',
    means:
      'The body is not JSON in UTF-8, gives a field twice, has a field named `__proto__`, `constructor` or `prototype`, a NUL character or half a surrogate pair, or is nested too deeply.',
    remedy: 'Serialise the body with a JSON library and send it as it comes.',
  },
  'unsupported-media-type': {
    status: 415,
    title: 'The body is not JSON by its Content-Type',
    means: 'Only JSON is read, and the Content-Type must say so.',
    remedy: 'Send the header `Content-Type: application/json`.',
  },
  'body-too-large': {
    status: 413,
    title: 'The body is too large',
    means: 'The body is longer than this operation accepts: 64 KiB, admission lists 2 MiB, callbacks 256 KiB.',
    remedy: 'Split the request; an admission list may be sent in several parts under one decree.',
  },
  'headers-too-large': {
    status: 431,
    title: 'The headers are too large',
    means: 'All headers together may have 16 KiB.',
    remedy: 'Send fewer or shorter headers.',
  },
  'request-timeout': {
    status: 408,
    title: 'The request did not arrive in time',
    means: 'The headers take at most 15 seconds, the whole request 60. Nothing was done.',
    remedy: AGAIN,
    retryAfter: 1,
  },
  unauthenticated: {
    status: 401,
    title: 'No valid API key',
    means: 'The Authorization header is missing, or its key is unknown, expired or revoked.',
    remedy: 'Send `Authorization: Bearer lunas_…` with a key that is in force.',
  },
  forbidden: {
    status: 403,
    title: 'The key has no role that allows this',
    means: 'The key is valid, but its person or service lacks the role; `detail` names the roles that may.',
    remedy: 'Ask an administrator for the role, or use the key of somebody who has it.',
  },
  'not-found': {
    status: 404,
    title: 'Not found',
    means: 'There is no such path or thing, or it is outside what the key may see.',
    remedy: 'Check the path.',
  },
  'method-not-allowed': {
    status: 405,
    title: 'The path does not take this method',
    means: 'There is such a path, but under other methods.',
    remedy: 'Use a method that the Allow header names.',
  },
  'unknown-programme': {
    status: 404,
    title: 'Unknown programme',
    means: 'No programme of this code (or version) is published, or the key has no role in it.',
    remedy: 'List the programmes that the key may see with GET /v1/programmes.',
  },
  'unknown-wave': {
    status: 404,
    title: 'Unknown wave',
    means: 'The programme has no wave of this code.',
    remedy: 'List the waves of the programme, or open this one first.',
  },
  'unknown-course': {
    status: 422,
    title: 'Unknown course',
    means: 'The course is not in the programme version the participant is on.',
    remedy: 'Use a course code of that version.',
  },
  'unknown-participant': {
    status: 404,
    title: 'Unknown participant',
    means: 'Nobody in this programme has this reference.',
    remedy: 'Check the reference; it is 13 characters and was in the answer to the registration.',
  },
  'unknown-gateway': {
    status: 404,
    title: 'Unknown gateway',
    means: 'No gateway of this code is in use here.',
    remedy: 'Check the gateway code.',
  },
  'unknown-survey': {
    status: 422,
    title: 'Unknown survey',
    means: 'No tranche of the participant’s programme version hangs on a survey of this code.',
    remedy: 'Use a survey code of that version.',
  },
  'programme-invalid': {
    status: 422,
    title: 'The programme definition has faults',
    means: 'The definition breaks its schema or contradicts itself; every fault is in `errors`.',
    remedy: `Correct all of them. ${NEW_KEY}`,
  },
  'programme-version-exists': {
    status: 409,
    title: 'This version is published already',
    means: 'A published version never changes, because people are on it.',
    remedy: 'Publish the change as a higher version.',
  },
  'family-card-full': {
    status: 409,
    title: 'As many of this family card as may take part do so already',
    means:
      'The programme has a limit for each family card (KK). Whoever was refused, or left before being admitted, does not count.',
    remedy: `Check the number with the person. If it is right they cannot take part; if not: ${NEW_KEY}`,
  },
  'participant-exists': {
    status: 409,
    title: 'This person is registered already',
    means:
      'A person is registered once per programme. `ref` names the participant to who registered them and to who may see all of the programme.',
    remedy: 'Go on with the existing participant.',
  },
  'wave-exists': {
    status: 409,
    title: 'This wave exists already',
    means: 'A wave is opened once.',
    remedy: 'Go on with the existing wave, or choose another code.',
  },
  'wave-not-open': {
    status: 409,
    title: 'The wave is closed',
    means: 'Nobody is admitted to a closed wave, and it closes only once.',
    remedy: 'Open another wave.',
  },
  'wave-quota-exceeded': {
    status: 409,
    title: 'The wave has too few places',
    means: 'The whole list was refused; nobody was admitted.',
    remedy: 'Shorten the list, or open another wave.',
  },
  'appropriation-too-small': {
    status: 409,
    title: 'More is committed than that',
    means: 'Money that decrees have promised stays reserved; an appropriation cannot go below it.',
    remedy: 'Set an amount that covers what is committed.',
  },
  'budget-exceeded': {
    status: 409,
    title: 'The appropriation has not enough left',
    means:
      'More would be reserved than the appropriation has available: by a list, of which nobody was admitted, or by what goes over from the year before.',
    remedy: 'Raise the appropriation; a list may be shortened too.',
  },
  'not-awaiting-admission': {
    status: 409,
    title: 'Some of the list do not wait for admission',
    means: 'They are unknown, not screened yet, refused, admitted or withdrawn. Nobody of the list was admitted.',
    remedy: 'Take the people named in `errors` off the list, or wait until they are screened.',
  },
  'not-admitted': {
    status: 409,
    title: 'The person is not admitted',
    means:
      'Evidence counts from the admission on; this fact is of a time before it, or the person is not admitted at all.',
    remedy: 'Send it once the person is admitted; where `errors` points at `/occurredAt`, check the date.',
  },
  'evidence-exists': {
    status: 409,
    title: 'This is recorded already',
    means: 'Each fact is recorded once.',
    remedy: 'Nothing to do.',
  },
  'evidence-out-of-order': {
    status: 409,
    title: 'An earlier fact is missing or was later',
    means: 'A course is started, then completed, then rated, and the times say so too.',
    remedy:
      'Record the earlier fact first (`detail` names it); where `errors` points at `/occurredAt`, check the date.',
  },
  'survey-not-open': {
    status: 409,
    title: 'The survey is not open',
    means: 'The answer lies outside the window of this person’s survey.',
    remedy: 'See the tranche of the participant for when it opens and closes.',
  },
  'account-refused': {
    status: 422,
    title: 'The account cannot be used',
    means: 'The bank or wallet says that the account cannot be paid, or is of somebody else; `failure` is the reason.',
    remedy: `Link another account in the person’s own name. ${NEW_KEY}`,
  },
  'account-unchanged': {
    status: 409,
    title: 'This account is linked already',
    means: 'It is the account in use, and nothing is wrong with it.',
    remedy: 'Nothing to do.',
  },
  'already-held': {
    status: 409,
    title: 'On hold already',
    means: 'Payments to this person are stopped already.',
    remedy: 'Nothing to do.',
  },
  'not-held': {
    status: 409,
    title: 'Not on hold',
    means: 'There is no hold to release.',
    remedy: 'Nothing to do.',
  },
  'life-closed': {
    status: 409,
    title: 'The person has left the programme',
    means: 'The life is closed, the person withdrew, or was refused; facts are recorded and people leave before that.',
    remedy: 'Nothing. Whoever was not refused can still be put on hold, released and corrected: money may come back.',
  },
  'message-not-dead': {
    status: 409,
    title: 'The message is not dead',
    means: 'Only messages that could not be delivered are redriven.',
    remedy: 'Nothing to do.',
  },
  'freeze-lifted': {
    status: 409,
    title: 'The freeze was lifted already',
    means: 'Two people have lifted it; what waited for it goes on.',
    remedy: 'Nothing to do. What must stop again is another freeze.',
  },
  'region-frozen': {
    status: 409,
    title: 'The person is in a region that is frozen',
    means:
      'Another region would let them go on although their own is stopped, and a freeze is lifted by two people. Nothing of the correction was done.',
    remedy: `Send the other changes without the region; correct the region once the freeze is lifted. ${NEW_KEY}`,
  },
  'discrepancy-resolved': {
    status: 409,
    title: 'The discrepancy was resolved already',
    means: 'Somebody, or a later statement, has ended it.',
    remedy: 'Look at it: its resolution and reason are there.',
  },
  ...RUN_PROBLEMS,
  ...YEAR_PROBLEMS,
  'review-moved': {
    status: 409,
    title: 'What is under review has moved',
    means: 'Something was learnt about the payment since it was looked at, or somebody has decided about it.',
    remedy: 'Look at it again, and propose anew what is still to be decided.',
  },
  ...TWO_PERSON_PROBLEMS,
  'key-revoked': {
    status: 409,
    title: 'The key is revoked already',
    means: 'A key is revoked once.',
    remedy: 'Nothing to do.',
  },
  'key-exists': {
    status: 409,
    title: 'A key exists already',
    means: 'The first key is made without one; every other is made with it.',
    remedy: 'Create keys with the key of an administrator.',
  },
  'idempotency-key-missing': {
    status: 400,
    title: 'The Idempotency-Key header is missing or malformed',
    means: 'Every POST carries a key of 1 to 255 printable ASCII characters, so that repeating it is harmless.',
    remedy: 'Send a new random key with each new request, and the same one with each repetition.',
  },
  'idempotency-key-reused': {
    status: 422,
    title: 'The Idempotency-Key belongs to another request',
    means: 'The key was used with another path or body.',
    remedy: 'Send a new request with a new key.',
  },
  'idempotency-key-in-flight': {
    status: 409,
    title: 'The first request with this key is still running',
    means: 'Its outcome is not known yet.',
    remedy: AGAIN,
    retryAfter: 1,
  },
  'callback-unauthentic': {
    status: 401,
    title: 'The callback is not signed by the gateway',
    means: 'The signature is missing or wrong for these bytes. Nothing was stored.',
    remedy: 'Sign the exact bytes of the body with the shared secret.',
  },
  'callback-malformed': {
    status: 400,
    title: 'The callback cannot be read',
    means: 'It is signed, but is not an event as the gateway documents it. Nothing was stored.',
    remedy: 'Send an event as documented.',
  },
  'rate-limited': {
    status: 429,
    title: 'Too many requests',
    means:
      'The key (or, on public paths, the address) has used up its requests of this minute, or too many keys that are not in force came from the address.',
    remedy: AGAIN,
  },
  overloaded: {
    status: 503,
    title: 'Too busy',
    means: 'The process sheds load to keep what it has taken on.',
    remedy: AGAIN,
    retryAfter: 5,
  },
  'not-ready': {
    status: 503,
    title: 'Not ready',
    means: 'Something the service needs is not there; readiness lists what.',
    remedy: AGAIN,
    retryAfter: 5,
  },
  timeout: {
    status: 503,
    title: 'It took too long',
    means: 'The request was given up; whether it took effect is certain only after it is repeated.',
    remedy: AGAIN,
    retryAfter: 2,
  },
  conflict: {
    status: 409,
    title: 'It conflicts with what is there',
    means: 'Somebody else did the same, or something that excludes it; `detail` says what.',
    remedy: 'Look at what is there before deciding.',
  },
  internal: {
    status: 500,
    title: 'An error of ours',
    means: 'Something unexpected happened; it was logged under the request id in `instance`.',
    remedy: 'Repeat the request with the same Idempotency-Key. If it stays, report the request id.',
  },
}
