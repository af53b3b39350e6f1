/** English, for operators, auditors and participants who prefer it: plain, and never "you", because several people read it. */
import type { Outcome } from '../domain/lifecycle.ts'
import { underPrefix, type FailureCode } from './codes.ts'
import type { Catalogue } from './messages.ts'

const FAILURE: Readonly<Record<FailureCode, string>> = {
  'no-account': 'No bank account or wallet is linked yet.',
  'no-such-account': 'The account number was not found.',
  'account-dormant': 'The account is dormant.',
  'account-closed': 'The account is closed.',
  'account-blocked': 'The account is blocked.',
  'name-differs': 'The holder of the account has another name than the identity card.',
  'wallet-limit': 'The wallet would go over its monthly limit.',
  'wallet-not-upgraded': 'The wallet has not been upgraded to a verified account.',
  'no-answer': 'The gateway has not said what became of it.',
  temporary: 'The bank or wallet is disturbed for the moment.',
  'float-short': 'The money at the payment gateway is being topped up.',
  undocumented: 'The gateway refused for a reason nobody has classified yet.',
  'rejected-by-channel': 'The bank or wallet refused this payment.',
  'invalid-request': 'The payment data are incomplete or wrong.',
  compliance: 'The payment must be checked by a case officer first.',
  'gateway-configuration': 'The set-up at the gateway is being repaired.',
  returned: 'The bank or wallet sent the money back.',
  'returned-twice': 'The money has come back twice.',
  'retries-used-up': 'The payment was tried several times without success.',
  'gateway-contradiction': 'The gateway contradicts itself.',
  'no-reason-given': 'The gateway gave no reason.',
}

const RELINK = "Link another account or wallet in the participant's own name."
const WAIT = 'Nothing to do: it is sent again automatically.'
const TEAM = 'The programme team is looking at it; the participant has nothing to do.'

const NEXT: Readonly<Record<FailureCode, string>> = {
  'no-account': "Link an account or wallet in the participant's own name.",
  'no-such-account': "Check the number, then link the right account in the participant's own name.",
  'account-dormant': RELINK,
  'account-closed': RELINK,
  'account-blocked': RELINK,
  'name-differs': 'Link an account with the same name as the identity card.',
  'wallet-limit': "Link a bank account in the participant's own name.",
  'wallet-not-upgraded':
    "Link a bank account in the participant's own name, or another wallet that is verified with the identity card.",
  'no-answer': TEAM,
  temporary: WAIT,
  'float-short': WAIT,
  undocumented: TEAM,
  'rejected-by-channel': RELINK,
  'invalid-request': TEAM,
  compliance: TEAM,
  'gateway-configuration': TEAM,
  returned: RELINK,
  'returned-twice': TEAM,
  'retries-used-up': TEAM,
  'gateway-contradiction': TEAM,
  'no-reason-given': TEAM,
}

const CLOSED: Readonly<Record<Outcome, string>> = {
  completed: 'The programme is complete.',
  refused: 'Closed: not eligible.',
  expired: 'Closed: the training deadline passed.',
  withdrawn: 'Closed: withdrawn.',
}

export const english: Catalogue = {
  'stage.screening': 'Screening',
  'stage.admission': 'Waiting for a wave',
  'stage.training': 'Training',
  'stage.incentives': 'Incentives',
  'stage.closed': 'Closed',

  'outcome.completed': 'Completed',
  'outcome.refused': 'Not eligible',
  'outcome.expired': 'Training deadline passed',
  'outcome.withdrawn': 'Withdrawn',

  'timeline.registered': (v) => `Registered for ${v.programme}.`,
  'timeline.screened-eligible': 'Eligible: every rule of the programme is met.',
  'timeline.screened-refused': (v) => `Not eligible for this programme. ${v.reasons}`,
  'timeline.admitted': (v) =>
    `Admitted in wave ${v.wave}. Training balance ${v.balance}. The first course must start by ${v.startBy}.`,
  'timeline.course-started': (v) => `Course ${v.course} started at ${v.institution}.`,
  'timeline.course-completed': (v) =>
    `Course ${v.course} completed. A rating and a review are needed before the incentive is scheduled.`,
  'timeline.course-rated': (v) => `Course ${v.course} rated.`,
  'timeline.survey-opened': (v) =>
    `The survey for ${v.tranche} of ${v.amount} is scheduled; it closes on ${v.closesAt}.`,
  'timeline.survey-answered': (v) => `The survey for ${v.tranche} was answered.`,
  'timeline.survey-missed': (v) => `${v.tranche} is not owed: its condition was not met in time.`,
  'timeline.training-expired':
    'The training deadline has passed. The life ends and the training balance goes back to the treasury.',
  'timeline.tranche-due': (v) => `${v.tranche} of ${v.amount} is due and will be sent from ${v.releaseAt}.`,
  'timeline.disbursement-released': (v) => `${v.tranche} is released to be sent.`,
  'timeline.payout-sent': (v) => `${v.tranche} of ${v.amount} was sent to ${v.to}.`,
  'timeline.payout-sent-again': (v) =>
    `The same request for ${v.tranche} was sent once more, with the same key: the gateway pays it once.`,
  'timeline.payout-unknown': (v) =>
    `The gateway has not said what became of ${v.tranche} of ${v.amount}. It is asked until it does; nothing is paid twice.`,
  'timeline.payout-enquired': (v) => `The gateway was asked about ${v.tranche}.`,
  'timeline.payout-accepted': (v) => `The gateway accepted ${v.tranche} and is working on it.`,
  'timeline.payout-paid': (v) => `${v.tranche} of ${v.amount} was paid to ${v.to}.`,
  'timeline.payout-failed': (v) => `${v.tranche} of ${v.amount} was not paid. ${FAILURE[v.failure]} ${NEXT[v.failure]}`,
  'timeline.payout-returned': (v) => `${v.tranche} of ${v.amount} came back from the bank or wallet. It is still owed.`,
  'timeline.account-linked': (v) => `${v.account} is linked to receive incentives.`,
  'timeline.account-replaced': (v) => `The account was replaced by ${v.account}.`,
  'timeline.account-refused': (v) => `The account could not be linked. ${FAILURE[v.failure]} ${NEXT[v.failure]}`,
  'timeline.needs-account': (v) =>
    `${v.tranche} of ${v.amount} waits for an account. ${FAILURE[v.failure]} ${NEXT[v.failure]}`,
  'timeline.float-short': (v) => `${v.tranche} of ${v.amount} waits for money at the gateway. ${NEXT['float-short']}`,
  'timeline.float-restored': 'There is money at the gateway again and payments go on.',
  'timeline.retry-scheduled': (v) => `${v.tranche} will be sent again automatically.`,
  'timeline.review-needed': (v) => `${v.tranche} of ${v.amount} waits for the decision of two people.`,
  'timeline.disbursement-failed': (v) =>
    `${v.tranche} of ${v.amount} cannot be sent. ${FAILURE[v.failure]} ${NEXT[v.failure]}`,
  'timeline.disbursement-lapsed': (v) => `${v.tranche} of ${v.amount} lapsed: its deadline has passed.`,
  'timeline.disbursement-cancelled': (v) => `${v.tranche} of ${v.amount} was cancelled.`,
  'timeline.hold-placed': 'Payments to this participant are on hold. What is owed stays owed.',
  'timeline.hold-released': 'The hold was released and payments go on.',
  'timeline.withdrawn': 'The participant was withdrawn. What was not yet paid is not given.',
  'timeline.corrected': "The participant's data were corrected.",
  'timeline.life-closed': (v) => CLOSED[v.outcome],
  'timeline.recovery-opened': 'A payment needs work after the life was closed.',
  'timeline.recovery-closed': 'The work on that payment is done.',
  'timeline.identity-read': "The participant's identity was read; by whom is on record.",
  'timeline.identity-looked-up': "The participant's identity was searched for; by whom is on record.",
  'timeline.programme-published': 'The programme was published.',
  'timeline.appropriation-set': 'The appropriation was set.',
  'timeline.float-funded': 'Money was put at the gateway.',
  'timeline.wave-opened': 'The wave was opened.',
  'timeline.wave-closed': 'The wave was closed.',
  'timeline.key-created': 'A key was created.',
  'timeline.key-revoked': 'A key was revoked.',
  'timeline.role-granted': 'A role was granted.',
  'timeline.role-ended': 'A role was ended.',
  'timeline.message-redriven': 'A dead message was sent again.',
  'timeline.message-died': 'A message could not be delivered.',
  'timeline.callback-unmatched': 'A callback of the gateway matches no payout yet.',

  'account.none': 'the linked account',
  'account.deadline': (v) => `The deadline is ${v.until}; after that it lapses.`,

  'refused.too-young': (v) => `Younger than ${v.limit} years.`,
  'refused.too-old': (v) => `Older than ${v.limit} years.`,
  'refused.not-citizen': 'The programme is for Indonesian citizens only.',
  'refused.in-formal-education': 'Still in formal education.',
  'refused.occupation-excluded': 'The occupation is excluded from this programme.',
  'refused.receives-aid': (v) => `Receives other government aid (${v.aid}).`,
  'refused.not-declared': 'The applicant statement was not accepted.',

  ...underPrefix('failure', FAILURE),
  ...underPrefix('next', NEXT),

  'attention.waiting-for-account': 'Waiting for a bank account or wallet of the participant.',
  'attention.waiting-for-float': 'Waiting for money at the payment gateway.',
  'attention.on-hold': 'On hold.',
  'attention.payout-unknown': 'The outcome of a payment is not certain.',
  'attention.review': 'Waiting for the decision of two people.',
  'attention.failed': 'A payment failed and must be corrected.',
  'attention.gateway-refuses': 'The payment gateway refuses our credentials or permissions.',
  'attention.waiting-for-admission': 'Waiting for a wave to be decreed.',
  'attention.waiting-for-training': 'Waiting for the first course to be bought.',
  'attention.waiting-for-completion': 'Waiting for the report that the course is completed.',
  'attention.waiting-for-survey': 'Waiting for the survey to be answered.',
  'attention.life-failed': 'The workflow of this participant stopped on an error.',
  'attention.message-dead': 'A message could not be delivered.',

  'move.participant': "It is the participant's move.",
  'move.institution': "It is the training institution's move.",
  'move.operator': "It is an operator's move.",
  'move.gateway': "It is the gateway's move.",
  'move.finance': "It is the finance team's move.",
}
