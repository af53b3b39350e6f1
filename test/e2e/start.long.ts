/** `npm start` on a machine of one's own: it comes up, stays alone in its folder, finds its data again and goes without a trace. */
import { execFileSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import path from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { environmentIn, temporaryHome, until } from '../support/e2e.ts'
import { pressCtrlC, processesOf, startCommand, startLunas, type RunningCommand } from '../support/e2e-command.ts'
import { commandsIn, readDocument } from '../support/markdown.ts'

const home = temporaryHome()
const environment = await environmentIn(home, { LUNAS_DATA_DIR: path.join(home, '.data') })
const url = `http://127.0.0.1:${environment.LUNAS_PORT}`

afterAll(() => rmSync(home, { recursive: true, force: true }))

function start(more: Readonly<Record<string, string>> = {}): RunningCommand {
  return startLunas(['up'], { environment: { ...environment, ...more } })
}

/** Waits for the banner and answers with what was said until then. Throws when the command ends instead. */
async function banner(command: RunningCommand): Promise<string> {
  const isUp = until('it is up', async () => command.output().includes('Ctrl+C stops everything.'), {
    withinMs: 90_000,
  })
  const ended = command.ended.then(({ code, stderr }) => Promise.reject(new Error(`it ended with ${code}: ${stderr}`)))
  await Promise.race([isUp, ended])
  await until('the keys are told', async () => /administrator +lunas_\S+\n/.test(command.output()))
  return command.output()
}

function keyOf(said: string, role: string): string {
  return new RegExp(`^ +${role} +(lunas_\\S+)$`, 'm').exec(said)?.[1] ?? ''
}

async function ask(key: string, route: string): Promise<any> {
  const answer = await fetch(`${url}${route}`, { headers: { authorization: `Bearer ${key}` } })
  return answer.json()
}

/** The README's lines from `KEY=$(… '.data/development-keys.json' …)` to curl, run by a shell in the folder of the stack. */
function registerAsTheReadmeSays(): { readonly ref: string } {
  const commands = commandsIn(readDocument('README.md'))
  const lines = commands.slice(commands.findIndex((command) => command.startsWith('KEY=')))
  const script = lines.slice(0, 2).join('\n').replaceAll('http://127.0.0.1:3000', url)
  return JSON.parse(execFileSync('sh', ['-c', script], { cwd: home, encoding: 'utf8' })) as { readonly ref: string }
}

let registered: { readonly ref: string; readonly key: string }

test('of two starts at once one comes up, and the other says in one sentence why it does not', async () => {
  const both = [start(), start()]
  const loser = await Promise.race(both.map(async (command) => ({ command, ran: await command.ended })))
  expect(loser.ran).toMatchObject({ code: 1 })
  expect(loser.ran.stderr).toMatch(
    /^Lunas already runs in \S+ \(process \d+\); stop it, or set LUNAS_DATA_DIR to another folder\n$/,
  )

  const winner = both.find((command) => command !== loser.command)
  if (!winner) throw new Error('both ended')
  const said = await banner(winner)
  expect(said).toContain(`API            ${url}`)
  const programmes = await ask(keyOf(said, 'operator'), '/v1/programmes')
  expect(programmes.data.map(({ code }: { code: string }) => code).sort()).toEqual([
    'demo',
    'demo-approved',
    'prakerja-2020',
    'prakerja-2023',
  ])
  registered = { ref: registerAsTheReadmeSays().ref, key: keyOf(said, 'operator') }

  const other = await start({ LUNAS_DATA_DIR: path.join(home, 'other') }).ended
  expect({ code: other.code, stderr: other.stderr }).toEqual({
    code: 2,
    stderr: `port ${environment.LUNAS_PORT} on 127.0.0.1 is in use by another program; set LUNAS_PORT to a free one\n`,
  })
  expect(processesOf(path.join(home, 'other'))).toEqual([])

  winner.process.kill('SIGINT')
  expect(await winner.ended).toMatchObject({ code: 0, stderr: '' })
  expect(processesOf(home)).toEqual([])
}, 150_000)

test('the next start, for programs, tells one JSON object, and finds its people and keys again', async () => {
  const again = startCommand('npm', ['start', '--silent', '--', '--json'], { environment })
  const up = await until(
    'it tells',
    async () => (again.output().endsWith('}\n') ? (JSON.parse(again.output()) as Record<string, unknown>) : null),
    { withinMs: 90_000 },
  )
  expect(up).toMatchObject({
    apiUrl: url,
    dataDir: path.join(home, '.data'),
    sandboxUrl: expect.stringMatching(/^http/),
    temporalUiUrl: expect.stringMatching(/^http/),
    seconds: expect.any(Number),
    keys: { operator: registered.key },
    pids: { api: expect.any(Number), postgres: expect.any(Number) },
  })
  const found = await ask(registered.key, `/v1/programmes/demo/participants/${registered.ref}`)
  expect(found).toMatchObject({ ref: registered.ref, stage: 'admission' })
  pressCtrlC(again)
  const { stdout, stderr } = await again.ended
  expect({ stderr, one: JSON.parse(stdout) as object }).toEqual({ stderr: '', one: up })
  await until('nothing is left', async () => processesOf(home).length === 0, { withinMs: 45_000 })
}, 120_000)

test('a start that is interrupted on its way leaves nothing running', async () => {
  const interrupted = start()
  await until('something has started', async () => interrupted.output().includes('postgres is up'), {
    withinMs: 60_000,
  })
  interrupted.process.kill('SIGINT')
  expect(await interrupted.ended).toMatchObject({ code: 0 })
  expect(processesOf(home)).toEqual([])
}, 120_000)
