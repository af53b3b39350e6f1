/** Asking the gateway that would pay whether an account can be paid and is the person's own; a refusal is recorded. */
import type { FastifyRequest } from 'fastify'
import { judgeAccount, ruledAnswer, type AccountVerdict } from '../domain/account-check.ts'
import { Problem } from '../domain/problem.ts'
import type { Programme } from '../domain/programme.ts'
import { allows } from '../domain/roles.ts'
import { accountFaults, normaliseAccount, type AccountDetails } from '../domain/registration.ts'
import type { RouteContext } from './context.ts'
import { actorOf, callerOf } from './plugins/access.ts'

const REFUSED = 'the bank or wallet does not confirm this account as the person’s own'

export interface CheckedAccount {
  /** Normalised. */
  readonly account: AccountDetails
  readonly state: 'verified' | 'unverified'
  readonly check: AccountVerdict & { readonly gateway: string }
  /** The version of who the person is that it was asked about. */
  readonly identity: string
}

/** Throws `unknown-participant`, `invalid-request` with pointers below `pointer`, `account-refused`. */
export async function checkAccount(
  context: RouteContext,
  request: FastifyRequest,
  of: { readonly programme: string; readonly ref: string },
  given: AccountDetails,
  pointer = '',
): Promise<CheckedAccount> {
  const { store, now } = context
  const detail = await store.reads.participant(of.programme, of.ref)
  const rules = await store.programmes.version(of.programme, detail.version)
  // Read before the name is: what is corrected between is another version than the one that was asked about.
  const version = await store.reads.identityVersion(of.programme, of.ref)
  const identity = await store.reads.identityForCheck(of.programme, of.ref)
  const account = normalised(given, identity.open().phone, pointer)
  const check = await ask(context, rules, account, identity.open().name, pointer)
  if (check.verdict !== 'refused') {
    return { account, state: check.verdict === 'unverified' ? 'unverified' : 'verified', check, identity: version }
  }
  const code = check.code ?? 'undocumented'
  const refused = { ...of, institution: account.institution, code, check }
  await store.desk.recordRefusedAccount(refused, actorOf(request), now())
  throw new Problem('account-refused', REFUSED, { extra: { failure: code } })
}

interface Proposed {
  readonly act: string
  readonly content: Readonly<Record<string, unknown>>
  readonly personal?: unknown
}

/** The personal part of a proposal, with what the gateway says of an account in it. Throws as `checkAccount`. */
export async function checkedPersonal(
  context: RouteContext,
  request: FastifyRequest,
  { act, content, personal }: Proposed,
): Promise<{ readonly personal?: unknown }> {
  if (personal === undefined) return {}
  const { programme, ref } = content
  const { account } = personal as { readonly account?: unknown }
  const isAccount = act === 'account-change' && typeof programme === 'string' && typeof ref === 'string'
  if (!isAccount || !isAccountLike(account)) return { personal: unchecked(personal) }
  // Nobody is asked for who may not propose it: that is refused in a moment.
  if (!allows(callerOf(request).grants, ['operator', 'helpdesk'], programme)) return { personal: unchecked(personal) }
  const checked = await checkAccount(context, request, { programme, ref }, account, '/personal/account')
  const { state, check, identity } = checked
  return { personal: { ...(personal as object), state, check, identity } }
}

/** What the gateway said is the gateway's to say: without it the act refuses the part. */
function unchecked(personal: unknown): unknown {
  if (typeof personal !== 'object' || personal === null || Array.isArray(personal)) return personal
  const given = personal as Readonly<Record<'state' | 'check' | 'identity', unknown>>
  const { state: _state, check: _check, identity: _identity, ...rest } = given
  return rest
}

/** As far as checking it needs; what else is wrong with it is told by the act. */
function isAccountLike(value: unknown): value is AccountDetails {
  if (typeof value !== 'object' || value === null) return false
  const { kind, institution, number, holder } = value as Record<string, unknown>
  return (kind === 'bank' || kind === 'wallet') && [institution, number, holder].every((one) => typeof one === 'string')
}

function normalised(given: AccountDetails, phone: string, pointer: string): AccountDetails {
  const refusals = accountFaults(given, pointer, phone).filter(({ severity }) => severity === 'refusal')
  if (refusals.length === 0) return normaliseAccount(given)
  const faults = refusals.map((one) => ({ pointer: one.pointer, detail: one.detail }))
  throw new Problem('invalid-request', 'the account is not valid', { faults })
}

/** `name` is the one on the identity card. */
async function ask(
  context: RouteContext,
  rules: Programme,
  account: AccountDetails,
  name: string,
  pointer: string,
): Promise<CheckedAccount['check']> {
  const code = context.store.context.route(rules.payment.gateways, account.institution)
  const gateway = code === null ? undefined : context.gateways.get(code)
  if (!gateway) {
    const detail = 'no gateway of the programme reaches this institution'
    const faults = [{ pointer: `${pointer}/institution`, detail }]
    throw new Problem('invalid-request', 'the account is not valid', { faults })
  }
  const answer = await gateway.checkAccount(account, AbortSignal.timeout(context.limits.accountCheckMs))
  const rule = await context.store.failures.ruleOf(gateway.code, answer.kind === 'valid' ? undefined : answer.failure)
  return { ...judgeAccount(ruledAnswer(answer, rule), name, rules.payment.accounts?.names), gateway: gateway.code }
}
