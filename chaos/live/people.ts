/** Invented people of a trial, named by what their accounts make the gateway do, and the programme they take part in. */
import type { Programme } from '../../domain/programme.ts'
import type { AccountDetails, Registration } from '../../domain/registration.ts'
import type { Person } from '../../local/demo/people.ts'
import { shippedProgramme } from '../../programmes/index.ts'

/** What a person's first account does, how many digits its number has, and what is linked when it fails. */
export interface Kind {
  readonly scenario: string
  readonly digit?: string
  readonly isShort?: boolean
  readonly repair?: boolean
  readonly name?: string
  /** Failpoints that hardly anybody else reaches begin so. */
  readonly reaches?: readonly string[]
}

/** Everything a gateway can do to a payment that ends by itself or waits for people by name. */
export const KINDS: readonly Kind[] = [
  { scenario: '00' },
  { scenario: '40', digit: '9' }, // commits, never answers nor calls back
  { scenario: '41', reaches: ['resend', 'enquiry'] }, // neither commits nor answers: sent again
  { scenario: '45', reaches: ['resend'] }, // asks to wait, twice: sent again
  { scenario: '20', digit: '2', reaches: ['claim:superseded'] }, // fails once for a passing reason
  { scenario: '10', repair: true }, // no such account
  { scenario: '00', isShort: true, repair: true, reaches: ['refusal'] }, // refused by the format, before anything is claimed
  { scenario: '22', reaches: ['float'] }, // our money there is short until a top-up
  { scenario: '30', repair: true }, // paid, and returned after some seconds
  { scenario: '03', reaches: ['giving-up'] }, // never finishes: people look
  { scenario: '50' }, // the callback is quicker than the answer
  { scenario: '58' }, // a callback for a reference nobody sent
  { scenario: '42' },
  { scenario: '43' },
  { scenario: '44' },
  { scenario: '51' },
  { scenario: '53' },
  { scenario: '55' },
  { scenario: '21', repair: true }, // a failure nobody knows: people look
  { scenario: '33', reaches: ['review'] }, // paid, and told with another amount: people find that it was paid
  { scenario: '59' },
]

/** Those whose account is looked at before it is paid to: refused, doubtful, mended by their owner, and what fails although nothing was found. */
export const CHECKED_KINDS: readonly Kind[] = [
  { scenario: '10', repair: true, reaches: ['first-check', 'checked'] },
  { scenario: '10', digit: '8', repair: true },
  { scenario: '14', digit: '2', name: 'Nama Peserta', reaches: ['checked:held'] }, // half of the name that the bank tells
  { scenario: '16', digit: '2', reaches: ['check'] },
  { scenario: '21', repair: true, reaches: ['review'] },
]

/** Those whose payments the statement tells otherwise than they were: each kind of difference there is. */
export const TOLD_KINDS: readonly Kind[] = [
  '00', // as it was
  '70', // without its line
  '72', // another amount
  '73', // twice
  '74', // a day late
  '75', // as of another day
  '76', // with a fee
  '78', // a reference nobody has sent
  '79', // another account
  '80', // another currency
  '81', // money from nobody beside it
  '82', // an amount that cannot be read
].map((scenario) => ({ scenario }))

/** The gateway asks for more time than it remembers a key: after ten minutes the payment is given up unsent, and made anew. */
export const TURNED_AWAY: Kind = { scenario: '46' }

/** Those who reach what is left, several of each, and some ordinary ones. */
export function kindsFor(points: readonly string[]): Kind[] {
  const reaching = [...KINDS, ...CHECKED_KINDS].filter(({ reaches = [] }) =>
    reaches.some((beginning) => points.some((point) => point.startsWith(beginning))),
  )
  return [...reaching, ...reaching, { scenario: '00' }]
}

let people = 0

/** So many of each kind; nobody has another's national id or account. */
export function peopleOf(kinds: readonly Kind[], each: number): Person[] {
  return Array.from({ length: each }, () => kinds.map(personOf)).flat()
}

function personOf({ scenario, digit = '0', isShort = false, repair = false, name: named }: Kind): Person {
  people += 1
  const serial = String((people % 9999) + 1).padStart(4, '0')
  const district = String(10 + Math.floor(people / 9999)).padStart(2, '0')
  const name = named ?? `Peserta ${'ABCDEFGHIJ'.charAt(people % 10)}`
  const registration: Registration = {
    nationalId: `3204${district}17089${people % 10}${serial}`,
    name,
    birthDate: `199${people % 10}-08-17`,
    citizenship: 'ID',
    occupation: 'job-seeker',
    education: 'none',
    aid: [],
    declared: true,
    phone: `+62812${String(1_000_000 + people)}`,
    region: '3204',
    returnedMigrant: false,
    account: accountOf(isShort ? String(10_000 + people) : numberOf(scenario, digit), name),
  }
  return { scenario: 'success', registration, repair: repair ? accountOf(numberOf('00', '0', 'repair'), name) : null }
}

function numberOf(scenario: string, digit: string, of: 'first' | 'repair' = 'first'): string {
  return `99${scenario}${digit}${of === 'first' ? '1' : '2'}${String(people).padStart(6, '0')}`
}

function accountOf(number: string, holder: string): AccountDetails {
  return { kind: 'bank', institution: 'ID.BNI', number, holder }
}

/** The same, paid by runs that people agree to and that reserve fees, and with accounts that are asked about before they are paid to. */
export function approvedTrial(): Programme {
  const trial = trialProgramme()
  const canary = { lines: 1, pause: 'PT1S' }
  const runs = { approvedFor: 'P1D', canary, priority: 5, approvals: [{ approvers: 1, releaser: false }] }
  const accounts = { check: 'before-use', checkAgainAfter: 'PT5S', names: { accept: 90, review: 1 } } as const
  const fees = [{ gateway: 'sandbox', amount: '250000', times: 1 }]
  return { ...trial, payment: { ...trial.payment, release: 'approved', runs, accounts, fees } }
}

/** The same, with approvals that end within minutes: a run that somebody has stopped meets the end of its own. */
export function booksTrial(): Programme {
  const trial = approvedTrial()
  const canary = { lines: 1, pause: 'PT15S' }
  const runs = { approvedFor: 'PT2M', canary, priority: 5, approvals: [{ approvers: 1, releaser: false }] }
  return { ...trial, payment: { ...trial.payment, runs } }
}

/** The demonstration programme with time for everything: what a dead process holds up is late here, never lost. */
export function trialProgramme(): Programme {
  const demo = shippedProgramme('demo')
  return {
    ...demo,
    code: 'trial',
    budgetLine: 'TRIAL',
    training: { ...demo.training, firstPurchaseWithin: 'PT6H', completeWithin: 'PT12H' },
    tranches: demo.tranches.map((tranche) => ({
      ...tranche,
      trigger:
        tranche.trigger.kind === 'survey-answered'
          ? { ...tranche.trigger, opensAfter: 'PT1S', window: 'PT6H', after: 'PT0S' }
          : { ...tranche.trigger, after: 'PT0S' },
      lapsesAfter: 'P1D',
    })),
  }
}
