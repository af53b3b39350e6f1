import { Command, Option } from 'commander'
import { dataOf } from '../client/index.ts'
import type { components } from '../client/schema.ts'
import { connect, withConnection, type ConnectionOptions } from './connection.ts'
import { columns, Failure, print, printJson } from './output.ts'
import { proposeAct, withProposing, type ProposingOptions } from './proposing.ts'

type Coded = components['schemas']['CodedFailure']

interface ListOptions extends ConnectionOptions {
  readonly gateway?: string
  readonly code?: string
  readonly json?: boolean
}

interface MeaningOptions {
  readonly class?: RuledClass
  readonly meaning?: string
  readonly default?: boolean
}

interface SaferOptions extends ConnectionOptions, MeaningOptions {
  readonly reason: string
  readonly json?: boolean
}

type Meaning = components['schemas']['FailureMeaning']
type RuledClass = Meaning['class']

/** What a class is told as where nothing else is said. */
const CODE_OF: Readonly<Record<RuledClass, Meaning['code'] | null>> = {
  config: null,
  'float-short': 'float-short',
  'retry-new': 'transfer-temporarily-failed',
  'needs-account': null,
  permanent: null,
  undocumented: 'undocumented',
  compliance: 'compliance-refused',
  unknown: 'failure-doubted',
}

export function failuresCommand(): Command {
  const command = new Command('failures').description('what the codes of gateways mean, and who says so')
  const list = withConnection(
    command.command('list').description('what each code means now, the least safe first, and what was released'),
  )
    .option('--gateway <code>', 'only of this gateway')
    .option('--code <code>', 'only this code, also one that nobody knows')
    .action(listAll)
  const safer = withConnection(
    withMeaning(
      command
        .command('safer')
        .description('class a code as something safer, at once and alone: people decide before anything is sent again'),
    ),
  )
    .requiredOption('--reason <text>', 'why, for the audit trail; nothing personal')
    .action(makeSafer)
  const propose = withProposing(
    withMeaning(command.command('propose').description('propose what a code means; another person approves it')),
    'operator',
  ).action(proposeOne)
  for (const each of [list, safer, propose]) each.exitOverride()
  return command
}

function withMeaning(command: Command): Command {
  return command
    .argument('<gateway>', 'whose code it is')
    .argument('<code>', 'as failures show it; of a refusal after its HTTP status: "422 NEW_RULE"')
    .addOption(new Option('--class <class>', 'what it means for the next step').choices(Object.keys(CODE_OF)))
    .option('--meaning <code>', 'our own code for it, where its class has several')
    .option('--default', 'what the table released with the adapter says')
}

/** Throws a Failure unless a class or the default is given, and a code where its class has several. */
function meaningOf({ class: of, meaning: given, default: isDefault }: MeaningOptions): Meaning | null {
  if ((of === undefined) === (isDefault !== true)) throw new Failure('give either --class or --default')
  if (of === undefined) return null
  const code = given ?? CODE_OF[of]
  if (code === null) throw new Failure(`${of} has several codes of ours: say which by --meaning`)
  return { class: of, code: code as Meaning['code'] }
}

async function makeSafer(gateway: string, vendorCode: string, options: SaferOptions): Promise<void> {
  const body = { gateway, vendorCode, meaning: meaningOf(options), reason: options.reason }
  const client = await connect(options, 'operator')
  const answer = await client.POST('/v1/failures', { body, params: {} as never })
  const coded = dataOf(answer)
  if (options.json) return printJson(coded)
  const when = answer.response.status === 201 ? 'from now on' : 'already'
  print(`${gateway} ${vendorCode} means ${coded.class} (${coded.code}) ${when}.`)
}

async function proposeOne(
  gateway: string,
  vendorCode: string,
  options: ProposingOptions & MeaningOptions,
): Promise<void> {
  const meaning = meaningOf(options)
  const { data } = await listed({ ...options, gateway, code: vendorCode })
  const [now] = data
  if (!now) throw new Failure(`${vendorCode} is no code of ${gateway}`)
  const from = { class: now.class, code: now.code }
  await proposeAct(options, { act: 'reclassification', content: { gateway, vendorCode, from, meaning } })
}

async function listAll(options: ListOptions): Promise<void> {
  const { data } = await listed(options)
  if (options.json) return printJson({ data })
  if (data.length === 0) return print('No gateway has such a code.')
  const rows = data.toSorted((one, other) => one.safety - other.safety).map(rowOf)
  print(columns([['GATEWAY', 'CODE', 'CLASS', 'MEANING', 'BEFORE ANOTHER ATTEMPT', 'BY'], ...rows]))
}

async function listed({ gateway, code, ...options }: ListOptions): Promise<{ readonly data: readonly Coded[] }> {
  const client = await connect(options, 'operator')
  const query = {
    ...(gateway === undefined ? {} : { gateway }),
    ...(code === undefined ? {} : { vendorCode: code }),
  }
  return dataOf(await client.GET('/v1/failures', { params: { query } }))
}

const BEFORE = ['nothing', 'another account', 'two people', 'it is known', 'it is known; nothing is sent']

function rowOf({ gateway, vendorCode, class: of, code, safety, released, rule }: Coded): string[] {
  return [gateway, vendorCode, of, code, BEFORE[safety] ?? '', wordOf(released.isDocumented, rule)]
}

function wordOf(isDocumented: boolean, rule: Coded['rule']): string {
  if (rule === null || rule.isDefault) return isDocumented ? 'the released table' : 'nobody knows it'
  return rule.proposal === null ? rule.setBy : `two people: ${rule.proposal}`
}
