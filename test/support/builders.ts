/** Invented people, programmes and lives for tests, each with only what a test cares about said out loud. */
import type { Life, LifeDisbursement, LifeTranche } from '../../domain/lifecycle.ts'
import type { Programme } from '../../domain/programme.ts'
import type { AccountDetails, Registration } from '../../domain/registration.ts'
import { shippedProgramme } from '../../programmes/index.ts'

let people = 0

/** A registration that every shipped programme takes; nobody has the same national id. */
export function registration(more: Partial<Registration> = {}): Registration {
  people += 1
  const serial = String((people % 9999) + 1).padStart(4, '0')
  const district = String(10 + Math.floor(people / 9999)).padStart(2, '0')
  return {
    nationalId: `3204${district}17089${people % 10}${serial}`,
    name: `Peserta ${'ABCDEFGHIJ'.charAt(people % 10)}`,
    birthDate: `199${people % 10}-08-17`,
    citizenship: 'ID',
    occupation: 'job-seeker',
    education: 'none',
    aid: [],
    declared: true,
    phone: `+62812${String(1_000_000 + people)}`,
    region: '3204',
    returnedMigrant: false,
    account: bankAccount(),
    ...more,
  }
}

/** A bank account whose number asks the sandbox for a scenario (`00`: it is paid); every number differs. */
export function bankAccount(scenario = '00', digit = '0'): AccountDetails {
  people += 1
  const number = `99${scenario}${digit}${String(people).padStart(6, '0')}`
  return { kind: 'bank', institution: 'ID.BNI', number, holder: 'SITI AMINAH' }
}

/** A programme of three tranches in which everything happens at once: the first when rated, the second a month after it, a survey. */
export function swiftProgramme(more: Partial<Programme> = {}): Programme {
  const demo = shippedProgramme('demo')
  const [first, survey] = demo.tranches
  if (!first || !survey) throw new Error('the demo has tranches')
  return {
    ...demo,
    code: 'swift',
    budgetLine: 'SWIFT',
    training: { ...demo.training, firstPurchaseWithin: 'P30D', completeWithin: 'P1Y' },
    tranches: [
      { ...first, trigger: { kind: 'first-course-rated', after: 'PT0S' }, lapsesAfter: 'P60D' },
      {
        ...first,
        code: 'incentive-2',
        trigger: { kind: 'tranche-paid', tranche: 'incentive-1', after: 'P1M' },
        lapsesAfter: 'P60D',
      },
      {
        ...survey,
        trigger: {
          kind: 'survey-answered',
          survey: 'evaluation-1',
          tranche: 'incentive-1',
          opensAfter: 'P7D',
          window: 'P30D',
          after: 'PT0S',
        },
        lapsesAfter: 'P60D',
      },
    ],
    payment: { ...demo.payment, releaseAfter: 'PT0S', coolingAfterRelink: 'P1D' },
    ...more,
  }
}

/** A life of the programme, in training since `admittedAtMs`, with a usable account and nothing done yet. */
export function lifeOf(programme: Programme, more: Partial<Life> = {}): Life {
  return {
    stage: 'training',
    outcome: null,
    admittedAtMs: 0,
    trainedAtMs: null,
    held: false,
    heldForMs: 0,
    withdrawn: false,
    yearEnding: false,
    accountLinkedAtMs: 0,
    accountRestsUntilMs: null,
    failedAccount: null,
    accountUsableFromMs: 0,
    evidence: [],
    tranches: programme.tranches.map(({ code }) => tranche(code)),
    ...more,
  }
}

export function tranche(code: string, more: Partial<LifeTranche> = {}): LifeTranche {
  return { code, state: 'planned', opensAtMs: null, closesAtMs: null, dueAtMs: null, disbursement: null, ...more }
}

export function owed(more: Partial<LifeDisbursement> = {}): LifeDisbursement {
  const open = { reason: null, action: null, actionByMs: null, uncertain: false }
  return { state: 'owed', releaseAtMs: 0, lapsesAtMs: 1e15, firstPaidAtMs: null, ...open, ...more }
}
