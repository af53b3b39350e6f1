/** What lists and filters in the Temporal UI go by. A server that does not know them refuses to start any life. */
import type { Temporal } from './connect.ts'
import { STATUS, statusOf } from './status.ts'

/** Every one is a Keyword. */
export const SEARCH_ATTRIBUTES = ['Programme', 'Wave', 'Stage', 'Region', 'Gateway', 'Attention'] as const
type Name = (typeof SEARCH_ATTRIBUTES)[number]

export interface FoundAttributes {
  readonly missing: readonly Name[]
  /** Known, but of another type than Keyword. */
  readonly strange: readonly Name[]
}

/** temporal.api.enums.v1.IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD */
const KEYWORD = 2
const CALL_MS = 5000
/** A cluster reads its list again only now and then. */
const KNOWN_WITHIN_MS = 60_000
const LOOK_PAUSE_MS = 500

/** Who runs the cluster keeps this to themselves, as Temporal Cloud does. */
const NOT_FOR_US: readonly number[] = [STATUS.permissionDenied, STATUS.unimplemented]

/** What the server is not known to have. Throws when it is not reached. */
export async function findAttributes(temporal: Temporal): Promise<FoundAttributes> {
  const listed = await unlessNotForUs(listAttributes(temporal))
  return listed ?? { missing: (await unlessNotForUs(askOneByOne(temporal))) ?? SEARCH_ATTRIBUTES, strange: [] }
}

/**
 * Registers what the server lacks, and waits until it knows it. Throws an `Error` fit for a person when it does not let us or has
 * one of another type, and what the client throws when it is not reached.
 */
export async function prepareServer(temporal: Temporal): Promise<void> {
  const { missing, strange } = await findAttributes(temporal)
  if (strange.length > 0) throw new Error(strangeText(temporal, strange))
  if (missing.length === 0) return
  const searchAttributes = Object.fromEntries(missing.map((name) => [name, KEYWORD]))
  const { namespace, connection } = temporal
  try {
    await temporal.within(CALL_MS, () =>
      connection.operatorService.addSearchAttributes({ namespace, searchAttributes }),
    )
  } catch (error) {
    const code = statusOf(error)?.code ?? -1
    if (NOT_FOR_US.includes(code)) throw new Error(missingText(temporal, missing), { cause: error })
    // Another process of ours was quicker.
    if (code !== STATUS.alreadyExists) throw error
  }
  // A server that does not let us ask is believed to know what it has just taken.
  const isUnknown = async (): Promise<boolean> => ((await unlessNotForUs(askOneByOne(temporal))) ?? []).length > 0
  for (const end = Date.now() + KNOWN_WITHIN_MS; await isUnknown();) {
    if (Date.now() > end) throw new Error(missingText(temporal, missing))
    await new Promise((resolve) => setTimeout(resolve, LOOK_PAUSE_MS))
  }
}

/** Null when who runs the server keeps this to themselves. */
async function unlessNotForUs<T>(asked: Promise<T>): Promise<T | null> {
  try {
    return await asked
  } catch (error) {
    if (NOT_FOR_US.includes(statusOf(error)?.code ?? -1)) return null
    throw error
  }
}

/** The command that registers them by hand. */
export function registerCommand({ address, namespace }: Temporal, names: readonly string[]): string {
  const named = names.map((name) => `--name ${name} --type Keyword`).join(' ')
  return `temporal operator search-attribute create --address ${address} --namespace ${namespace} ${named}`
}

async function listAttributes({ connection, namespace, within }: Temporal): Promise<FoundAttributes> {
  const { customAttributes } = await within(CALL_MS, () =>
    connection.operatorService.listSearchAttributes({ namespace }),
  )
  const types = SEARCH_ATTRIBUTES.map((name) => ({ name, type: customAttributes?.[name] }))
  return {
    missing: types.filter(({ type }) => type === undefined).map(({ name }) => name),
    strange: types.filter(({ type }) => type !== undefined && Number(type) !== KEYWORD).map(({ name }) => name),
  }
}

/** Whoever may list lives may ask for those with an attribute: the question is refused when nobody knows it. */
async function askOneByOne({ connection, namespace, within }: Temporal): Promise<readonly Name[]> {
  const missing: Name[] = []
  for (const name of SEARCH_ATTRIBUTES) {
    try {
      const query = `${name} = 'none'`
      await within(CALL_MS, () => connection.workflowService.countWorkflowExecutions({ namespace, query }))
    } catch (error) {
      if (statusOf(error)?.code !== STATUS.invalidArgument) throw error
      missing.push(name)
    }
  }
  return missing
}

function missingText(temporal: Temporal, missing: readonly Name[]): string {
  const where = `namespace ${temporal.namespace} of Temporal at ${temporal.address}`
  return (
    `${where} lacks the search attributes ${missing.join(', ')} and does not let us register them; ` +
    `run: ${registerCommand(temporal, missing)} (on Temporal Cloud, add them in the settings of the namespace)`
  )
}

function strangeText({ namespace, address }: Temporal, strange: readonly Name[]): string {
  return `namespace ${namespace} of Temporal at ${address} has search attributes of another type than Keyword: ${strange.join(', ')}; use another namespace`
}
