/** The ledger as it was written, and its balances summed from that. */
import Type from 'typebox'
import type { RouteContext } from '../context.ts'
import { get, type App } from '../operation.ts'
import { pageRequest, pageView } from '../page.ts'
import { PageQuery, ParticipantRef, ProgrammeCode } from '../schemas/common.ts'
import { closed, ref } from '../schemas/named.ts'
import { LedgerAccountList, ledgerAccountView, PostingPage, postingView } from '../schemas/payment.ts'

const NUMBER = /^[0-9]{1,18}$/

export function ledgerRoutes(app: App, { store }: RouteContext): void {
  app.get('/v1/programmes/:programme/ledger/accounts', ACCOUNTS, async (request, reply) => {
    const programme = await store.programmes.current(request.params.programme)
    const rows = await store.reads.ledgerAccounts(programme.code)
    return reply.send({ data: rows.map(ledgerAccountView) })
  })

  app.get('/v1/programmes/:programme/ledger/postings', POSTINGS, async (request, reply) => {
    const programme = await store.programmes.current(request.params.programme)
    const { account, ref: person } = request.query
    const page = pageRequest(request.query, NUMBER)
    const rows = await store.reads.postings(programme.code, { account, ref: person }, page)
    return reply.send(pageView(rows, (row) => row.id, postingView))
  })
}

const params = closed({ programme: ProgrammeCode })
const ACCOUNTS = get(
  {
    id: 'listLedgerAccounts',
    summary: 'Every account with what it took and gave',
    description: 'Summed from the postings at each call: exact, and slow on large books.',
    tag: 'ledger',
    roles: ['auditor', 'operator', 'approver'],
    scope: 'programme',
    answers: { 200: ref(LedgerAccountList) },
  },
  { params },
)
const POSTINGS = get(
  {
    id: 'listPostings',
    summary: 'Postings in the order they were written',
    tag: 'ledger',
    roles: ['auditor', 'operator', 'approver'],
    scope: 'programme',
    answers: { 200: ref(PostingPage) },
  },
  {
    params,
    querystring: closed({
      account: Type.Optional(Type.String({ pattern: '^[a-z-]+(:[a-z0-9-]+)+$', maxLength: 100 })),
      ref: Type.Optional(ParticipantRef),
      ...PageQuery,
    }),
  },
)
