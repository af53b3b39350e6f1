import { TWO_PERSON_ACTS } from '../acts.ts'
import type { Books, Check } from '../books.ts'
import { approvalText, canonical, isAnybodys, isSigned, possessionText, sha256 } from '../signature.ts'

interface Signature {
  readonly person: string
  readonly decision: string
  readonly role: string
  readonly at: string
  readonly public_key: string | null
  readonly key_person: string | null
  readonly signature: string
  readonly key_from: string | null
  readonly key_to: string | null
  /** The person had this role then. */
  readonly has_role: boolean
  /** When by the trail; null where it does not tell of it. */
  readonly told: string | null
  /** It was said before the act was carried out, or it was not. */
  readonly in_time: boolean
}

interface Proposal {
  readonly id: string
  readonly act: string
  readonly about: string | null
  readonly content: unknown
  readonly hash: string
  readonly approvers: number
  readonly releaser: boolean
  readonly expires: string
  readonly state: string
  readonly decided: string | null
  /** When it was carried out, by the trail. */
  readonly executed: string | null
  readonly proposed: Signature
  readonly given: readonly Signature[]
}

const utc = (at: string): string => `to_char(${at} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`

/** Whether a person had a role in a place when an event was written: granted before it, and not ended in between. */
const hadRole = (person: string, role: string, event: string): string => `EXISTS (
  SELECT FROM office g WHERE g.act = 'role-granted' AND g.subject = 'person:' || ${person} AND g.after ->> 'role' = ${role}
     AND (g.after ->> 'programme' IS NULL OR g.after ->> 'programme' = p.programme) AND g.id < ${event}
     AND NOT EXISTS (SELECT FROM office z WHERE z.act = 'role-ended' AND z.subject = g.subject AND z.before ->> 'role' = ${role}
                        AND z.before ->> 'programme' IS NOT DISTINCT FROM g.after ->> 'programme' AND z.id > g.id AND z.id < ${event}))`

/** A signature with whose key it is and whether its person could act then. */
const signed = (of: string, person: string, decision: string, at: string, event: string): string => `jsonb_build_object(
  'person', ${person}, 'decision', ${decision}, 'role', ${of}.role, 'at', ${utc(at)}, 'signature', encode(${of}.signature, 'hex'),
  'public_key', (SELECT encode(k.public_key, 'hex') FROM signing_key k WHERE k.id = ${of}.signing_key),
  'key_person', (SELECT k.person FROM signing_key k WHERE k.id = ${of}.signing_key),
  'key_from', (SELECT ${utc('k.registered_at')} FROM signing_key k WHERE k.id = ${of}.signing_key),
  'key_to', (SELECT ${utc('k.ended_at')} FROM signing_key k WHERE k.id = ${of}.signing_key),
  'has_role', ${hadRole(person, `${of}.role`, event)},
  'told', (SELECT ${utc('t.at')} FROM audit_event t WHERE t.id = ${event}), 'in_time', coalesce(${event} < x.id, true))`

/** Each proposal with its words. Where the trail tells of them is gathered first: looked for one by one, it would be read again for each. */
const PROPOSALS = `
WITH office AS MATERIALIZED (SELECT id, act, subject, before, after FROM audit_event WHERE act IN ('role-granted', 'role-ended')),
made AS MATERIALIZED (SELECT subject, min(id) AS id FROM audit_event WHERE act = 'proposal-made' GROUP BY subject),
done AS MATERIALIZED (SELECT subject, min(id) AS id FROM audit_event WHERE act = 'proposal-executed' GROUP BY subject),
word AS MATERIALIZED (SELECT subject, person, min(id) AS id FROM audit_event
                       WHERE act IN ('proposal-approved', 'proposal-rejected', 'proposal-released') GROUP BY subject, person),
given AS MATERIALIZED (
  SELECT a.proposal, jsonb_agg(${signed('a', 'a.person', 'a.decision', 'a.decided_at', 'w.id')} ORDER BY a.decided_at, a.person) AS words
    FROM approval a JOIN proposal p ON p.id = a.proposal
    LEFT JOIN done x ON x.subject = 'proposal:' || p.id LEFT JOIN word w ON w.subject = 'proposal:' || p.id AND w.person = a.person
   GROUP BY a.proposal)
SELECT p.id::text AS id, p.act, p.about, p.content, encode(p.content_hash, 'hex') AS hash, p.approvers, p.releaser, ${utc('p.expires_at')} AS expires, p.state,
       ${utc('p.decided_at')} AS decided, (SELECT ${utc('t.at')} FROM audit_event t WHERE t.id = x.id) AS executed,
       ${signed('p', 'p.proposer', `'propose'`, 'p.proposed_at', 'm.id')} AS proposed, coalesce(g.words, '[]') AS given
  FROM proposal p
  LEFT JOIN made m ON m.subject = 'proposal:' || p.id LEFT JOIN done x ON x.subject = 'proposal:' || p.id LEFT JOIN given g ON g.proposal = p.id
 ORDER BY p.proposed_at, p.id`

const KEYS = `SELECT id::text AS id, person, encode(public_key, 'hex') AS public_key, encode(possession, 'hex') AS possession FROM signing_key`

const STRAYS = `SELECT a.proposal::text AS proposal, a.person FROM approval a LEFT JOIN proposal p ON p.id = a.proposal WHERE p.id IS NULL`

export const approvals: Check = {
  name: 'approvals',
  invariants: ['I21'],
  title:
    'every proposal and decision is signed by its person over what is stored, and what was carried out had others agree to it in time',
  async run(books) {
    for await (const proposal of books.stream<Proposal>(PROPOSALS)) {
      books.count('proposals', 1)
      lookAtProposal(books, proposal)
    }
    for await (const key of books.stream<{ id: string; person: string; public_key: string; possession: string }>(
      KEYS,
    )) {
      const publicKey = Buffer.from(key.public_key, 'hex')
      if (isSigned(publicKey, possessionText(key.person, publicKey), Buffer.from(key.possession, 'hex'))) continue
      const says = isAnybodys(publicKey) ? 'everybody can sign for it' : `nobody proved to hold it as ${key.person}`
      books.tell('I21', 'forged', 'signing_key', key.id, says)
    }
    for (const { proposal, person } of await books.rows<{ proposal: string; person: string }>(STRAYS)) {
      books.tell('I21', 'extra', 'approval', `${proposal}/${person}`, 'there is no such proposal')
    }
  },
}

function lookAtProposal(books: Books, proposal: Proposal): void {
  const { id, given, proposed } = proposal
  const hash = sha256(canonical(proposal.content)).toString('hex')
  if (hash !== proposal.hash)
    books.tell('I21', 'changed', 'proposal', id, `its content hashes to ${hash} and says ${proposal.hash}`)
  lookAtSignature(books, 'proposal', id, proposal, proposed)
  if (!TWO_PERSON_ACTS[proposal.act]?.proposers.includes(proposed.role))
    books.tell('I21', 'forbidden', 'proposal', id, `nobody puts ${proposal.act} forward as ${proposed.role}`)
  for (const one of given) lookAtWord(books, proposal, one)
  if (proposal.state !== 'executed') return
  if (proposal.decided !== proposal.executed)
    books.tell(
      'I21',
      'changed',
      'proposal',
      id,
      `it was carried out at ${proposal.decided}, and at ${proposal.executed} by the trail`,
    )
  const people = (decision: string): Set<string> =>
    new Set(given.filter((one) => one.decision === decision && one.in_time).map(({ person }) => person))
  const [approvals, releases] = [people('approve'), people('release')]
  const isAgreed =
    approvals.size >= proposal.approvers && (!proposal.releaser || releases.size > 0) && people('reject').size === 0
  if (isAgreed && proposal.approvers > 0) return
  const says = `it was carried out with ${approvals.size} of ${proposal.approvers} approvals${proposal.releaser ? ` and ${releases.size} releases` : ''}`
  books.tell('I21', 'forbidden', 'proposal', id, says)
}

function lookAtWord(books: Books, proposal: Proposal, one: Signature): void {
  const key = `${proposal.id}/${one.person}`
  lookAtSignature(books, 'approval', key, proposal, one)
  const forbidden = (says: string): void => books.tell('I21', 'forbidden', 'approval', key, says)
  if (one.person === proposal.proposed.person || one.person === proposal.about)
    forbidden('nobody decides on their own proposal, or on one about them')
  if (one.role !== 'approver') forbidden(`nobody decides as ${one.role}`)
  if (one.at >= proposal.expires) forbidden('the proposal had expired')
  if (!one.in_time) forbidden('the proposal had been carried out')
  if (proposal.given.filter(({ person }) => person === one.person).length > 1)
    books.tell('I21', 'duplicate', 'approval', key, 'one person has one word')
}

function lookAtSignature(books: Books, entity: string, key: string, of: Proposal, by: Signature): void {
  books.count('signatures', 1)
  const text = approvalText(of.act, of.hash, by.decision, of.expires)
  const isTheirs = by.public_key !== null && by.key_person === by.person
  if (!isTheirs || !isSigned(Buffer.from(by.public_key, 'hex'), text, Buffer.from(by.signature, 'hex'))) {
    books.tell('I21', 'forged', entity, key, `it is not signed by ${by.person} as ${by.decision}`)
  } else if ((by.key_from ?? '') > by.at || (by.key_to !== null && by.key_to < by.at)) {
    books.tell('I21', 'forbidden', entity, key, `the signing key of ${by.person} was not in force then`)
  }
  if (!by.has_role) books.tell('I21', 'forbidden', entity, key, `${by.person} was not ${by.role} there then`)
  if (by.told !== by.at)
    books.tell('I21', 'changed', entity, key, `it is said to be of ${by.at}, and the trail has ${by.told ?? 'nothing'}`)
}
