import { givenToPeople } from './safety.ts'

/** The acts of two people as docs/approvals.md tells them: who puts them forward, and what the trail has once one was carried out. */
export interface TwoPersonAct {
  /** Roles that put it forward. Whoever agrees is an approver. */
  readonly proposers: readonly string[]
  /** The events that tell that it was done, separated by blanks. */
  readonly told: string
  /** When event \`e\` tells of proposal \`p\`, in SQL. */
  readonly is: string
  /** What is blamed when no two people agreed to it: the table, and its key from event \`e\` in SQL; absent where it may be done otherwise too. */
  readonly alone?: readonly [entity: string, key: string]
  /** Of which events `e` that is so, in SQL; absent for all of them. */
  readonly when?: string
  /** Another act by which the same may be done. */
  readonly alsoBy?: string
  /** One proposal does many. */
  readonly isMany?: true
}

const after = (name: string, content = name): string => `e.after ->> '${name}' = p.content ->> '${content}'`
const subject = (prefix: string, ...names: readonly string[]): string =>
  `e.subject = concat_ws(':', '${prefix}', ${names.map((name) => `p.content ->> '${name}'`).join(', ')})`
const MINOR = `e.after ->> 'amount' = p.content #>> '{amount,minor}'`
const ID = `split_part(e.subject, ':', 2)`

export const TWO_PERSON_ACTS: Readonly<Record<string, TwoPersonAct>> = {
  appropriation: {
    proposers: ['administrator', 'approver'],
    told: 'appropriation-set',
    is: `${MINOR} AND ${after('number')} AND ${after('fiscalYear')} AND e.after ->> 'date' IS NOT DISTINCT FROM p.content ->> 'date' AND e.programme = p.content ->> 'programme'`,
    alone: ['appropriation', ID],
  },
  funding: {
    proposers: ['administrator', 'approver'],
    told: 'float-funded',
    is: `${MINOR} AND ${after('number')} AND ${after('gateway')} AND e.programme = p.content ->> 'programme'`,
    alone: ['funding', ID],
  },
  'year-end': {
    proposers: ['administrator', 'approver'],
    told: 'year-end-begun',
    is: subject('year', 'programme', 'fiscalYear'),
    alone: ['year_close', `substr(e.subject, 6)`],
  },
  'programme-publication': {
    proposers: ['administrator'],
    told: 'programme-published',
    is: `e.subject = (p.content ->> 'code') || '@' || (p.content ->> 'version') AND e.after ->> 'sha256' = encode(p.content_hash, 'hex')`,
    alone: ['programme_version', 'e.subject'],
  },
  'role-grant': {
    proposers: ['administrator'],
    told: 'role-granted',
    is: `${subject('person', 'person')} AND ${after('role')} AND e.after ->> 'programme' IS NOT DISTINCT FROM p.content ->> 'programme'`,
  },
  key: {
    proposers: ['administrator'],
    told: 'key-created',
    is: `${after('person')} AND ${after('kind')} AND e.after -> 'roles' = p.content -> 'grants'`,
    alone: ['api_key', ID],
    // Without a key of one's own only the owner of the database makes one, and for nobody who has one; one that one person made says so, and has no power.
    when: `NOT EXISTS (SELECT FROM api_key k WHERE 'key:' || k.id = e.subject AND k.alone)
       AND (e.key_id IS NOT NULL OR NOT (e.person = 'local' AND current_setting('auditor.development') = 'true')
              AND EXISTS (SELECT FROM audit_event f WHERE f.act = 'key-created' AND f.after ->> 'person' = e.after ->> 'person' AND f.id < e.id))`,
  },
  'signing-key': {
    proposers: ['administrator'],
    told: 'signing-key-registered',
    is: `${after('person')} AND ${after('publicKey')}`,
    alone: ['signing_key', ID],
    // The first is the person's own to register.
    when: `EXISTS (SELECT FROM audit_event f WHERE f.act = 'signing-key-registered' AND f.after ->> 'person' = e.after ->> 'person' AND f.id < e.id)`,
  },
  'freeze-lift': {
    proposers: ['operator', 'approver', 'administrator'],
    told: 'freeze-lifted',
    is: subject('freeze', 'freeze'),
    alone: ['freezes', ID],
  },
  'gateway-credential': {
    proposers: ['operator', 'administrator'],
    told: 'credential-admitted credential-ended',
    is: `e.after ->> 'proposal' = p.id::text AND ${after('gateway')} AND ${after('purpose')} AND ${after('fingerprint')}
         AND (e.act = 'credential-admitted') = (p.content ->> 'change' = 'admit')`,
    alone: ['gateway_credential', ID],
    // What an engine took over at its first use ends without two people; that it was so is looked at with the credentials.
    when: `NOT (e.act = 'credential-ended' AND e.person = 'engine')`,
  },
  reclassification: {
    proposers: ['operator', 'approver', 'administrator'],
    told: 'failure-reclassified',
    is: `e.after ->> 'proposal' = p.id::text AND e.subject = 'failure:' || (p.content ->> 'gateway') || ':' || (p.content ->> 'vendorCode')
         AND (e.before ->> 'class', e.before ->> 'code') = (p.content #>> '{from,class}', p.content #>> '{from,code}')
         AND CASE WHEN p.content ->> 'meaning' IS NULL THEN e.after ->> 'isDefault' = 'true'
                  ELSE (e.after ->> 'class', e.after ->> 'code') = (p.content #>> '{meaning,class}', p.content #>> '{meaning,code}') END`,
    alone: ['failure_rule', `e.after ->> 'rule'`],
    // One person gives what fails to people, or doubts it.
    when: `e.after ->> 'proposal' IS NOT NULL OR NOT (${givenToPeople(`e.after ->> 'class'`, `e.after ->> 'code'`, `e.before ->> 'class'`, `e.before ->> 'code'`)})`,
  },
  redrive: {
    proposers: ['operator', 'administrator'],
    told: 'message-redriven',
    is: subject('message', 'message'),
    alone: ['message', ID],
    alsoBy: 'redrive-all',
  },
  'redrive-all': {
    proposers: ['operator', 'administrator'],
    told: 'message-redriven',
    is: `coalesce(p.content ->> 'programme', e.programme) = e.programme`,
    isMany: true,
  },
  'run-release': {
    proposers: ['operator', 'approver'],
    told: 'run-approved',
    is: `${subject('run', 'run')} AND ${after('hash')} AND e.after ->> 'proposal' = p.id::text`,
    alone: ['payout_run', 'substr(e.subject, 5)'],
  },
  'run-abort': {
    proposers: ['operator', 'approver', 'administrator'],
    told: 'run-aborted',
    is: `${subject('run', 'run')} AND e.after ->> 'proposal' = p.id::text`,
    alone: ['payout_run', 'substr(e.subject, 5)'],
  },
  'account-change': {
    proposers: ['operator', 'helpdesk'],
    told: 'account-linked account-replaced',
    is: `(e.programme, e.ref) = (p.content ->> 'programme', p.content ->> 'ref') AND ${after('institution')} AND ${after('kind')}`,
  },
  'review-decision': {
    proposers: ['operator'],
    told: 'review-decided',
    is: `e.after ->> 'proposal' = p.id::text AND e.subject = coalesce(p.content ->> 'payout', p.content ->> 'disbursement')
         AND (e.after ->> 'finding', e.after ->> 'next') IS NOT DISTINCT FROM (p.content ->> 'finding', p.content ->> 'next')
         AND coalesce(p.content ->> 'returned', e.after ->> 'returned') = e.after ->> 'returned'`,
    alone: ['audit_event', 'e.subject'],
  },
  'receivable-end': {
    proposers: ['operator'],
    told: 'receivable-ended',
    is: `e.after ->> 'proposal' = p.id::text AND e.subject = p.content ->> 'payout' AND ${after('end')}`,
    alone: ['audit_event', 'e.subject'],
  },
  deduction: {
    proposers: ['operator'],
    told: 'deduction-made',
    is: `e.after ->> 'proposal' = p.id::text AND e.subject = p.content ->> 'disbursement' AND ${after('amount')} AND ${after('cause')} AND ${after('reference')}
         AND e.after ->> 'payout' IS NOT DISTINCT FROM p.content ->> 'payout'`,
    alone: ['audit_event', 'e.subject'],
  },
  'discrepancy-resolution': {
    proposers: ['operator'],
    told: 'discrepancy-resolved',
    is: `${subject('discrepancy', 'discrepancy')} AND ${after('resolution')} AND ${after('difference')}`,
  },
}
