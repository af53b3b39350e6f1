/** Linking accounts: the gateway is asked first, and a refusal is recorded. */
import { matchNames } from '../../domain/name-match.ts'
import { Problem } from '../../domain/problem.ts'
import type { Programme } from '../../domain/programme.ts'
import { accountFaults, normaliseAccount, type AccountDetails } from '../../domain/registration.ts'
import type { RouteContext } from '../context.ts'
import { get, post, type App } from '../operation.ts'
import { actorOf } from '../plugins/access.ts'
import { sendPerformed } from '../plugins/idempotency.ts'
import { AccountLinked, AccountList, accountView } from '../schemas/account.ts'
import { ParticipantRef, ProgrammeCode, time } from '../schemas/common.ts'
import { closed, ref } from '../schemas/named.ts'
import { AccountDetails as AccountBody } from '../schemas/participant.ts'

export function accountRoutes(app: App, context: RouteContext): void {
  const { store, now } = context

  app.post('/v1/programmes/:programme/participants/:ref/accounts', LINK, async (request, reply) => {
    const { programme, ref: person } = request.params
    const before = await store.desk.answered(context.request(request))
    if (before) return sendPerformed(reply, before)
    const detail = await store.reads.participant(programme, person)
    const rules = await store.programmes.version(programme, detail.version)
    const identity = await store.reads.identityForCheck(programme, person)
    const account = checkedAccount(request.body, identity.open().phone)
    const check = await checkAccount(context, rules, account, identity.open().name)
    if (check.kind === 'refused') {
      const { institution } = account
      const refused = { programme, ref: person, institution, code: check.code }
      await store.desk.recordRefusedAccount(refused, actorOf(request), now())
      throw new Problem('account-refused', REFUSED, { extra: { failure: check.code } })
    }
    const performed = await context.perform(request, async (acts) => {
      const { id, usableFromMs } = await acts.linkAccount({ programme, ref: person, account, state: check.kind })
      return { status: 201, body: { id, state: check.kind, usableFrom: time(new Date(usableFromMs)) } }
    })
    return sendPerformed(reply, performed)
  })

  app.get('/v1/programmes/:programme/participants/:ref/accounts', LIST, async (request, reply) => {
    const { programme, ref: person } = request.params
    const rows = await store.reads.accounts(programme, person)
    return reply.send({ data: rows.map(accountView) })
  })
}

const REFUSED = 'the bank or wallet does not confirm this account as the person’s own'

function checkedAccount(body: AccountDetails, phone: string): AccountDetails {
  const refusals = accountFaults(body, '', phone).filter(({ severity }) => severity === 'refusal')
  if (refusals.length === 0) return normaliseAccount(body)
  const faults = refusals.map(({ pointer, detail }) => ({ pointer, detail }))
  throw new Problem('invalid-request', 'the account is not valid', { faults })
}

type Check = { readonly kind: 'verified' | 'unverified' } | { readonly kind: 'refused'; readonly code: string }

/** Asks the gateway that would pay; `name` is the one on the identity card. */
async function checkAccount(
  context: RouteContext,
  rules: Programme,
  account: AccountDetails,
  name: string,
): Promise<Check> {
  const code = context.store.context.route(rules.payment.gateways, account.institution)
  const gateway = code === null ? undefined : context.gateways.get(code)
  if (!gateway) {
    const faults = [{ pointer: '/institution', detail: 'no gateway of the programme reaches this institution' }]
    throw new Problem('invalid-request', 'the account is not valid', { faults })
  }
  const answer = await gateway.checkAccount(account, AbortSignal.timeout(context.limits.accountCheckMs))
  switch (answer.kind) {
    case 'valid':
      return matchNames(answer.registeredName, name) === 'none'
        ? { kind: 'refused', code: 'account-name-differs' }
        : { kind: 'verified' }
    case 'invalid':
      return { kind: 'refused', code: answer.failure.code }
    case 'unavailable':
      return { kind: 'unverified' }
  }
}

const params = closed({ programme: ProgrammeCode, ref: ParticipantRef })
const LINK = post(
  {
    id: 'linkAccount',
    summary: 'Link the account a person is paid to, replacing the one before',
    description:
      'The bank or wallet is asked whether the account can be paid and is the person’s own. When it cannot be asked, the account is linked as `unverified`. A replacement rests before it is used.',
    tag: 'accounts',
    roles: ['registrar', 'operator', 'helpdesk'],
    scope: 'programme',
    answers: { 201: ref(AccountLinked) },
    problems: ['unknown-participant', 'account-refused', 'account-unchanged'],
  },
  { params, body: ref(AccountBody) },
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
