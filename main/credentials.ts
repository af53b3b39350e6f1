/** What a process sends with and believes callbacks by: whether two people have agreed to it, and what follows where they have not. */
import { DEVELOPMENT_GATEWAYS, type Config } from '../config.ts'
import { NOT_ASKED, type Credential } from '../domain/credential.ts'
import type { Gateway } from '../gateways/gateway.ts'
import type { CredentialView } from '../store/gateway-credentials.ts'
import type { Store } from '../store/index.ts'

type Book = Pick<Store, 'gatewayCredentials'>

/** How long an answer of the database is believed before another call leaves the house. */
const REMEMBERED_MS = 1000

/**
 * The same gateways, with nobody asked while the credential is not in force: whoever is asked is believed, and told of accounts. To send is not
 * guarded here but in the claim, which nobody passes.
 */
export function guardCalls(
  gateways: ReadonlyMap<string, Gateway>,
  book: Book,
  now: () => number = Date.now,
): ReadonlyMap<string, Gateway> {
  const inForce = remembering(book, now)
  return new Map([...gateways].map(([code, gateway]) => [code, guarded(gateway, inForce)]))
}

function guarded(gateway: Gateway, inForce: (credential: Credential) => Promise<boolean>): Gateway {
  const own = sendOf(gateway)
  const mayAsk = async (): Promise<boolean> => own !== undefined && inForce(own)
  const unavailable = { kind: 'unavailable', failure: NOT_ASKED } as const
  return {
    ...gateway,
    enquire: async (...asked) => ((await mayAsk()) ? gateway.enquire(...asked) : unavailable),
    checkAccount: async (...asked) => ((await mayAsk()) ? gateway.checkAccount(...asked) : unavailable),
    statement: async (...asked) => ((await mayAsk()) ? gateway.statement(...asked) : unavailable),
    async balance(...asked) {
      if (await mayAsk()) return gateway.balance(...asked)
      throw new Error(`the credential of ${gateway.code} is not in force`)
    },
  }
}

/**
 * Whether credentials are in force, by what the database said within the last second. Only a yes is believed without asking again: who is turned away by one
 * that is over waits for a quarter of an hour, or a day. False while it says nothing: adapters throw nothing.
 */
function remembering({ gatewayCredentials }: Book, now: () => number): (credential: Credential) => Promise<boolean> {
  let told: { readonly atMs: number; readonly list: Promise<readonly CredentialView[]> } | undefined
  return async (credential) => {
    const isYoung = told !== undefined && now() - told.atMs < REMEMBERED_MS
    if (told && isYoung && isAmong(await told.list, credential)) return true
    const asked = { atMs: now(), list: gatewayCredentials.list().catch(() => []) }
    told = asked
    return isAmong(await asked.list, credential)
  }
}

/** What a gateway is sent to with. */
export function sendOf({ credentials }: Gateway): Credential | undefined {
  return credentials.find(({ purpose }) => purpose === 'send')
}

export interface CredentialState {
  readonly credential: Credential
  readonly inForce: boolean
}

/** What these gateways run with, each with whether it is in force. */
export function credentialStates(
  gateways: ReadonlyMap<string, Gateway>,
  inForce: readonly Credential[],
): CredentialState[] {
  const own = [...gateways.values()].flatMap(({ credentials }) => credentials)
  return own.map((credential) => ({ credential, inForce: isAmong(inForce, credential) }))
}

function isAmong(list: readonly Credential[], { gateway, purpose, fingerprint }: Credential): boolean {
  return list.some((one) => one.gateway === gateway && one.purpose === purpose && one.fingerprint === fingerprint)
}

/** The commands by which one person puts a credential forward, on a machine with the command line. */
export function proposingCommand({ gateway, purpose, fingerprint }: Credential): string {
  const content = JSON.stringify({ gateway, purpose, fingerprint, change: 'admit' })
  const file = `${gateway}-${purpose}.json`
  return `echo '${content}' > ${file} && npx lunas approvals propose gateway-credential --content ${file} --reason "WHY"`
}

/**
 * A start: in development what a gateway that moves no money never had comes into force; in production what came so ends. Answers with one sentence
 * for each that is not in force.
 */
export async function beginCredentials(
  { store, gateways }: { readonly store: Book; readonly gateways: ReadonlyMap<string, Gateway> },
  { mode }: Pick<Config, 'mode'>,
  nowMs: number,
): Promise<string[]> {
  const { gatewayCredentials } = store
  const own = [...gateways.values()].flatMap(({ credentials }) => credentials)
  if (mode === 'production') await gatewayCredentials.endAdopted(nowMs)
  // Development is the default: a process that was started without its settings must not put its own where money moves.
  else await gatewayCredentials.adopt(ofDevelopment(own), nowMs)
  const states = credentialStates(gateways, await gatewayCredentials.list())
  return states.filter(({ inForce }) => !inForce).map(({ credential }) => refusal(credential))
}

function ofDevelopment(credentials: readonly Credential[]): Credential[] {
  return credentials.filter(({ gateway }) => DEVELOPMENT_GATEWAYS.has(gateway))
}

/** A worker looks at lives from now on: whoever waited while it, or the one before it, ran with another credential is told. */
export async function resumeWaiting({
  store: { gatewayCredentials },
  gateways,
}: {
  readonly store: Book
  readonly gateways: ReadonlyMap<string, Gateway>
}): Promise<void> {
  const states = credentialStates(gateways, await gatewayCredentials.list())
  const sending = states.filter(({ credential, inForce }) => inForce && credential.purpose === 'send')
  await gatewayCredentials.resume(sending.map(({ credential }) => credential.gateway))
}

function refusal(credential: Credential): string {
  const { gateway, purpose } = credential
  const follows = purpose === 'send' ? 'nothing is sent' : 'its callbacks only make us ask'
  return `the ${purpose} credential of ${gateway} is not in force, and ${follows}; two people agree to it: ${proposingCommand(credential)}`
}
