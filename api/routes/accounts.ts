/** Linking accounts: the gateway is asked first, and a refusal is recorded. What a person changes for another takes two. */
import { Problem } from '../../domain/problem.ts'
import { checkAccount } from '../account-check.ts'
import type { RouteContext } from '../context.ts'
import { get, post, type App } from '../operation.ts'
import { callerOf } from '../plugins/access.ts'
import { sendPerformed } from '../plugins/idempotency.ts'
import { AccountAsked, AccountLinked, AccountList, accountView } from '../schemas/account.ts'
import { ParticipantRef, ProgrammeCode, time } from '../schemas/common.ts'
import { closed, ref } from '../schemas/named.ts'
import { AccountDetails as AccountBody } from '../schemas/participant.ts'

export function accountRoutes(app: App, context: RouteContext): void {
  const { store } = context

  app.post('/v1/programmes/:programme/participants/:ref/accounts', LINK, async (request, reply) => {
    const { programme, ref: person } = request.params
    const before = await store.desk.answered(context.request(request))
    if (before) return sendPerformed(reply, before)
    if (callerOf(request).kind !== 'service') {
      throw new Problem(
        'two-people-needed',
        'a person changes another’s account by a proposal of the act account-change',
      )
    }
    const { account, state, check } = await checkAccount(context, request, { programme, ref: person }, request.body)
    const performed = await context.perform(request, async (acts) => {
      const { id, usableFromMs } = await acts.linkAccount({ programme, ref: person, account, state, check })
      return { status: 201, body: { id, state, usableFrom: time(new Date(usableFromMs)) } }
    })
    return sendPerformed(reply, performed)
  })

  app.post('/v1/programmes/:programme/participants/:ref/accounts/check', CHECK, async (request, reply) => {
    const { programme, ref: person } = request.params
    const performed = await context.perform(request, async (acts) => {
      await acts.checkAgain({ programme, ref: person })
      return { status: 202, body: { ref: person } }
    })
    return sendPerformed(reply, performed)
  })

  app.get('/v1/programmes/:programme/participants/:ref/accounts', LIST, async (request, reply) => {
    const { programme, ref: person } = request.params
    const rows = await store.reads.accounts(programme, person)
    return reply.send({ data: rows.map(accountView) })
  })
}

const params = closed({ programme: ProgrammeCode, ref: ParticipantRef })
const LINK = post(
  {
    id: 'linkAccount',
    summary: 'Link the account a person is paid to, replacing the one before',
    description:
      'As the person wishes, told by the service the person speaks with; what an operator changes is the act `account-change` of two people. The bank or wallet is asked whether the account can be paid and is the person’s own. When it cannot be asked, the account is linked as `unverified`. A replacement rests before it is used.',
    tag: 'accounts',
    roles: ['registrar'],
    scope: 'programme',
    answers: { 201: ref(AccountLinked) },
    problems: ['unknown-participant', 'account-refused', 'account-unchanged', 'two-people-needed'],
  },
  { params, body: ref(AccountBody) },
)
const CHECK = post(
  {
    id: 'checkAccount',
    summary: 'Ask again about an account that its owner has mended',
    description:
      'For a wallet that was upgraded or a name that was corrected. It is asked about by itself as well, as often as the programme says; this is for whoever does not want to wait.',
    tag: 'accounts',
    roles: ['registrar', 'operator', 'helpdesk'],
    scope: 'programme',
    answers: { 202: ref(AccountAsked) },
    problems: ['unknown-participant', 'account-unchanged'],
  },
  { params },
)
const LIST = get(
  {
    id: 'listAccounts',
    summary: 'Every account a person has had, newest first, masked',
    tag: 'accounts',
    roles: ['registrar', 'operator', 'helpdesk', 'auditor'],
    scope: 'programme',
    answers: { 200: ref(AccountList) },
    problems: ['unknown-participant'],
  },
  { params },
)
