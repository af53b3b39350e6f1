/** Acts of two people: one proposes, others decide; the last word that is needed carries the act out. */
import type { FastifyRequest } from 'fastify'
import { Problem, type ProblemCode } from '../../domain/problem.ts'
import { allows, programmesIn, type Role } from '../../domain/roles.ts'
import type { Acts } from '../../store/acts.ts'
import type { Answer, Performed } from '../../store/perform.ts'
import type { ProposalRow, RefusedStep } from '../../store/proposals.ts'
import { checkedPersonal } from '../account-check.ts'
import type { RouteContext } from '../context.ts'
import { instantOf } from '../instant.ts'
import { get, post, type App } from '../operation.ts'
import { actorOf, callerOf } from '../plugins/access.ts'
import { sendPerformed } from '../plugins/idempotency.ts'
import { ref } from '../schemas/named.ts'
import {
  NewApproval,
  NewProposal,
  Proposal,
  ProposalList,
  proposalParams,
  proposalQuery,
  proposalView,
} from '../schemas/proposal.ts'

const WHO_PROPOSE: readonly Role[] = ['operator', 'helpdesk', 'approver', 'administrator']
const WHO_SEE: readonly Role[] = ['operator', 'helpdesk', 'approver', 'auditor', 'administrator']

export function proposalRoutes(app: App, context: RouteContext): void {
  const { store, now } = context

  app.post('/v1/proposals', PROPOSE, async (request, reply) => {
    const { act, content, reason, evidence = null, expiresAt, signature } = request.body
    const expiresAtMs = instantOf(expiresAt, '/expiresAt')
    const step = { proposal: null, act }
    const performed = await recorded(context, request, step, async () => {
      const personal = await checkedPersonal(context, request, request.body)
      const asked = { act, content, reason, evidence, expiresAtMs, signature, ...personal }
      return take(context, request, 202, (acts) => acts.propose(asked))
    })
    return sendPerformed(reply, performed)
  })

  app.get('/v1/proposals', LIST, async (request, reply) => {
    const { state = 'open', act } = request.query
    const programmes = programmesIn(callerOf(request).grants, WHO_SEE)
    const filter = { programmes, ...(state === 'any' ? {} : { state }), ...(act === undefined ? {} : { act }) }
    const rows = await store.proposals.list(filter, now())
    return reply.send({ data: rows.map((row) => view(context, row)) })
  })

  app.get('/v1/proposals/:id', FIND, async (request, reply) =>
    reply.send(view(context, await seen(context, request, request.params.id))),
  )

  app.post('/v1/proposals/:id/approvals', DECIDE, async (request, reply) => {
    const { id } = request.params
    const { decision, hash, reason = null, signature } = request.body
    if (decision === 'reject' && reason === null) {
      const faults = [{ pointer: '/reason', detail: 'is missing: whoever proposed it is told why' }]
      throw new Problem('invalid-request', 'the body is not valid', { faults })
    }
    const { act } = await seen(context, request, id)
    const performed = await recorded(context, request, { proposal: id, act }, () =>
      take(context, request, 200, (acts) => acts.decide({ proposal: id, decision, hash, reason, signature })),
    )
    // Roles and keys may have changed.
    context.access.callers.forget()
    return sendPerformed(reply, performed)
  })
}

function view(context: RouteContext, row: ProposalRow) {
  return proposalView(row, context.store.proposals.titleOf(row.act))
}

function take(
  context: RouteContext,
  request: FastifyRequest,
  status: number,
  step: (acts: Acts) => Promise<ProposalRow>,
): Promise<Performed> {
  return context.perform(request, async (acts): Promise<Answer> => ({ status, body: view(context, await step(acts)) }))
}

/** A proposal that the caller may know of. Throws `not-found`. */
async function seen(context: RouteContext, request: FastifyRequest, id: string): Promise<ProposalRow> {
  const row = await context.store.proposals.find(id, context.now())
  const { grants } = callerOf(request)
  const wide = grants.filter((grant) => row.programme !== null || grant.programme === null)
  if (!allows(wide, WHO_SEE, row.programme)) throw new Problem('not-found', `no proposal ${id}`)
  return row
}

/** Nothing was asked yet, or it is the same request again. */
const NOT_RECORDED: ReadonlySet<ProblemCode> = new Set([
  'invalid-request',
  'idempotency-key-reused',
  'idempotency-key-in-flight',
])

/** A step that is refused leaves nothing but the record that it was. */
async function recorded(
  context: RouteContext,
  request: FastifyRequest,
  step: Omit<RefusedStep, 'code'>,
  work: () => Promise<Performed>,
): Promise<Performed> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof Problem && !NOT_RECORDED.has(error.code)) {
      const before = await context.store.desk.answered(context.request(request))
      if (before) return before
      await context.store.proposals.recordRefused({ ...step, code: error.code }, actorOf(request), context.now())
    }
    throw error
  }
}

const PROPOSE = post(
  {
    id: 'proposeAct',
    summary: 'Put an act forward that takes two people',
    description:
      'Nothing happens but that it is checked and written down: 202. It is refused at once when it could not be carried out now. The signature is the proposer’s own; services propose nothing. Which roles propose an act, and what its content is, are in `docs/approvals.md`.',
    tag: 'approvals',
    roles: WHO_PROPOSE,
    scope: 'none',
    answers: { 202: ref(Proposal) },
    problems: [
      'not-found',
      'unknown-programme',
      'unknown-participant',
      'unknown-gateway',
      'signing-key-missing',
      'signing-key-exists',
      'signature-invalid',
      'conflict',
      'programme-invalid',
      'programme-version-exists',
      'appropriation-too-small',
      'freeze-lifted',
      'message-not-dead',
      'account-refused',
      'account-unchanged',
    ],
  },
  { body: ref(NewProposal) },
)
const LIST = get(
  {
    id: 'listProposals',
    summary: 'Proposals, newest first: those that are open, or of another state',
    tag: 'approvals',
    roles: WHO_SEE,
    scope: 'none',
    answers: { 200: ref(ProposalList) },
  },
  { querystring: proposalQuery },
)
const FIND = get(
  {
    id: 'getProposal',
    summary: 'One proposal with everything that was signed',
    tag: 'approvals',
    roles: WHO_SEE,
    scope: 'none',
    answers: { 200: ref(Proposal) },
    problems: ['not-found'],
  },
  { params: proposalParams },
)
const DECIDE = post(
  {
    id: 'decideOnProposal',
    summary: 'One person’s word on a proposal',
    description:
      'The last word that is needed carries the act out in the same commit: `executed`, or `void` with the reason when what is there no longer lets it be done. The decision names the hash of the content that was looked at. Refusals are recorded.',
    tag: 'approvals',
    roles: WHO_SEE,
    scope: 'none',
    answers: { 200: ref(Proposal) },
    problems: [
      'not-found',
      'own-proposal',
      'already-decided',
      'decision-not-awaited',
      'proposal-not-open',
      'proposal-expired',
      'proposal-stale',
      'signature-invalid',
      'signing-key-missing',
    ],
  },
  { params: proposalParams, body: ref(NewApproval) },
)
