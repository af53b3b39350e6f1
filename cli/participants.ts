import { setTimeout as sleep } from 'node:timers/promises'
import { Command } from 'commander'
import { dataOf, type LunasClient } from '../client/index.ts'
import { connect, withConnection, type ConnectionOptions } from './connection.ts'
import { columns, print, printJson } from './output.ts'
import { printNext, readPages, withPages, type PageOptions } from './pages.ts'

interface ShowOptions extends ConnectionOptions {
  readonly programme: string
  readonly language: 'id' | 'en'
  readonly watch?: boolean
  readonly json?: boolean
}

interface ListOptions extends ConnectionOptions, PageOptions {
  readonly programme: string
  readonly attention?: boolean
  readonly stage?: string
  readonly json?: boolean
}

const WATCH_MS = 1000

export function participantsCommand(): Command {
  const command = new Command('participants').description('look at people of a programme')
  const show = withConnection(command.command('show <ref>').description('where one person stands, and their story'))
    .option('--programme <code>', 'the programme', 'demo')
    .option('--language <language>', 'id or en', 'en')
    .option(
      '--watch',
      'go on showing what happens until the life is closed; with --json, one object a line for each change',
    )
    .action((ref: string, options: ShowOptions) => showOne(ref, options))
  const list = withPages(
    withConnection(command.command('list').description('people by stage, or those that need attention'))
      .option('--programme <code>', 'the programme', 'demo')
      .option('--attention', 'only those that need somebody, with reason, age and whose move it is')
      .option('--stage <stage>', 'only those at a stage'),
  ).action((options: ListOptions) => listMany(options))
  const hold = withReason(command.command('hold <ref>').description('stop all payments to one person'), 'hold')
  const release = withReason(command.command('release <ref>').description('end a hold: payments go on'), 'release')
  for (const each of [show, list, hold, release]) each.exitOverride()
  return command
}

interface DecisionOptions extends ConnectionOptions {
  readonly programme: string
  readonly reason: string
  readonly json?: boolean
}

function withReason(command: Command, act: 'hold' | 'release'): Command {
  return withConnection(command)
    .requiredOption('--programme <code>', 'the programme')
    .requiredOption('--reason <text>', 'why, for the record')
    .action((ref: string, options: DecisionOptions) => decideOne(ref, act, options))
}

async function decideOne(ref: string, act: 'hold' | 'release', options: DecisionOptions): Promise<void> {
  const client = await connect(options, 'operator')
  const params = { path: { programme: options.programme, ref } } as never
  const answer = await client.POST(`/v1/programmes/{programme}/participants/{ref}/${act}`, {
    params,
    body: { reason: options.reason },
  })
  const told = dataOf(answer)
  if (options.json) return printJson(told)
  print(act === 'hold' ? 'On hold.' : 'Released.')
}

async function showOne(ref: string, options: ShowOptions): Promise<void> {
  const client = await connect(options, 'operator')
  const tell = options.json ? jsonTeller(options) : textTeller(ref, options)
  for (;;) {
    const life = await readLife(client, ref, options)
    const isLast = !options.watch || life.stage === 'closed'
    tell(life, isLast)
    if (isLast) return
    await sleep(WATCH_MS)
  }
}

async function readLife(client: LunasClient, ref: string, { programme, language }: ShowOptions) {
  const path = { programme, ref }
  const base = '/v1/programmes/{programme}/participants/{ref}'
  const view = dataOf(await client.GET(base, { params: { path } }))
  const query = { language }
  const { data: timeline } = dataOf(await client.GET(`${base}/timeline`, { params: { path, query } }))
  return { ...view, timeline }
}

type Told = Awaited<ReturnType<typeof readLife>>
type Teller = (life: Told, isLast: boolean) => void

/** While watching, one object a line for each change; that time passes is none. */
function jsonTeller({ watch }: ShowOptions): Teller {
  if (!watch) return printJson
  let before = ''
  return (life) => {
    const state = JSON.stringify({ ...life, attention: { ...life.attention, ageSeconds: 0 } })
    if (state !== before) print(JSON.stringify(life))
    before = state
  }
}

function textTeller(ref: string, { programme, language }: ShowOptions): Teller {
  let told = 0
  return ({ stage, outcome, timeline, temporalUrl, tranches, hold }, isLast) => {
    if (told === 0) print(`${ref} in ${programme}: ${stage}${outcome ? ` (${outcome})` : ''}`)
    for (const line of timeline.slice(told)) print(`  ${line.at}  ${line.text[language] ?? ''}`)
    told = timeline.length
    if (!isLast) return
    if (hold) print(`  On hold since ${hold.since}: ${hold.reason}`)
    for (const { name, next } of tranches) if (next) print(`  ${name[language]}: ${nextText(next, language)}`)
    print(`  Temporal UI: ${temporalUrl}`)
  }
}

type Next = NonNullable<Told['tranches'][number]['next']>

/** What is to be done next, whose move it is, and until when. */
function nextText({ text, whoseMove, by, otherwise, resumesAt }: Next, language: 'id' | 'en'): string {
  const due = by === null ? [] : [`until ${by}, then ${otherwise ?? 'lapse'}`]
  const resumes = resumesAt === null ? [] : [`by itself on ${resumesAt}`]
  return [text[language], `(${[whoseMove, ...due, ...resumes].join('; ')})`].join(' ')
}

async function listMany(options: ListOptions): Promise<void> {
  const client = await connect(options, 'operator')
  const wanted = {
    ...(options.attention ? { attention: 'any' as const } : {}),
    ...(options.stage === undefined ? {} : { stage: options.stage }),
  }
  const path = { programme: options.programme }
  const page = await readPages(options, async (asked) => {
    const query = { ...wanted, ...asked } as never
    return dataOf(await client.GET('/v1/programmes/{programme}/participants', { params: { path, query } }))
  })
  if (options.json) return printJson(page)
  const rows = page.data.map((item) => [
    item.ref,
    item.stage,
    item.outcome ?? '',
    item.wave ?? '',
    item.attention?.code ?? '',
    item.attention ? `${item.attention.ageSeconds} s` : '',
    item.attention?.whoseMove ?? '',
  ])
  print(columns([['REF', 'STAGE', 'OUTCOME', 'WAVE', 'ATTENTION', 'FOR', 'WHOSE MOVE'], ...rows]))
  printNext(page)
}
