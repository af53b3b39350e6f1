import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { DEVELOPMENT_MARK, loadConfig } from '../../config.ts'
import { isAlive, waitForEnd } from '../../local/processes.ts'
import { withClient } from '../../local/roles.ts'
import { PROJECT_ROOT } from '../../local/project.ts'
import { startStack, type StackEvent } from '../../local/stack.ts'
import { prepareServer, SEARCH_ATTRIBUTES } from '../../temporal/attributes.ts'
import { connectTemporal } from '../../temporal/connect.ts'
import { startCommand } from '../support/e2e-command.ts'
import { portsOfItsOwn } from '../support/ports.ts'

const folder = mkdtempSync(path.join(os.tmpdir(), 'lunas-stack-'))
const config = loadConfig({ LUNAS_DATA_DIR: path.join(folder, 'data'), ...(await portsOfItsOwn()) })

beforeAll(() => chmodSync(folder, 0o755))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test('the stack brings up what it needs, keeps it up and leaves no process behind', async () => {
  const events: StackEvent[] = []
  const stack = await startStack({ config, children: [], onEvent: (event) => events.push(event) })
  const pids = stack.parts.map((part) => stack.pidOf(part))
  expect([...stack.parts].sort()).toEqual(['postgres', 'temporal'])
  const { temporalPort, temporalUiPort } = config
  expect(stack).toMatchObject({
    temporalAddress: `127.0.0.1:${temporalPort}`,
    temporalUiUrl: `http://127.0.0.1:${temporalUiPort}`,
  })
  expect((await fetch(stack.temporalUiUrl ?? '')).status).toBe(200)
  await expect(startStack({ config })).rejects.toThrow('Lunas already runs in')

  await stack.kill('postgres', 'SIGKILL')
  await Promise.all([stack.kill('temporal', 'SIGKILL'), stack.ready('postgres')])
  // Same address as before: those who use it come back by themselves.
  await withClient(stack.databaseUrl, (client) => client.query('SELECT 1'))
  await stack.ready('temporal')
  const temporal = connectTemporal({ address: stack.temporalAddress, namespace: 'default' })
  await prepareServer(temporal)
  const { customAttributes } = await temporal.connection.operatorService.listSearchAttributes({ namespace: 'default' })
  expect(Object.keys(customAttributes)).toEqual(expect.arrayContaining([...SEARCH_ATTRIBUTES]))
  await temporal.close()
  expect(events.filter(({ kind }) => kind === 'ended')).toHaveLength(2)

  pids.push(...stack.parts.map((part) => stack.pidOf(part)))
  await stack.stop()
  expect(pids.filter(isAlive)).toEqual([])
})

test('development keys are made once, marked, and readable by their owner only', async () => {
  const file = path.join(config.dataDir, 'keys.json')
  const keys = JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>
  expect(loadConfig(keys).vaultKeys?.current.startsWith(DEVELOPMENT_MARK)).toBe(true)
  expect(statSync(file).mode & 0o777).toBe(0o600)
})

test('when the supervisor is killed the servers and the processes of Lunas end by themselves', async () => {
  const script = path.join(import.meta.dirname, 'hold-stack.ts')
  const holder = spawn(process.execPath, ['--import', 'tsx', script, config.dataDir], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [line] = (await once(createInterface({ input: holder.stdout }), 'line')) as [string]
  const { pids, sandboxUrl } = JSON.parse(line) as { pids: number[]; sandboxUrl: string }
  expect((await fetch(`${sandboxUrl}/livez`)).status).toBe(200)
  expect(pids).toHaveLength(3)
  expect(pids.filter(isAlive)).toEqual(pids)
  holder.kill('SIGKILL')
  expect(await Promise.all(pids.map((pid) => waitForEnd(pid, 15_000)))).toEqual(pids.map(() => true))
})

test('a taken API port is told with the variable to set, and nothing is left running', async () => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  await expect(startStack({ config: { ...config, port } })).rejects.toThrow(
    `port ${port} on 127.0.0.1 is in use by another program; set LUNAS_PORT to a free one`,
  )
  server.close()
})

test('the sandbox takes another port when its own is taken, and comes back on the one it has', async () => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const stack = await startStack({ config: { ...config, sandboxPort: port }, children: ['sandbox'] })
  try {
    expect(stack.sandboxPort).not.toBe(port)
    expect(stack.sandboxUrl).toBe(`http://127.0.0.1:${stack.sandboxPort}`)
    await stack.kill('sandbox', 'SIGKILL')
    await stack.ready('sandbox')
    expect((await fetch(`${stack.sandboxUrl}/livez`)).status).toBe(200)
  } finally {
    await stack.stop()
    server.close()
  }
})

test('a process whose port is taken says so in one sentence and ends as wrongly used', async () => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const keys = JSON.parse(readFileSync(path.join(config.dataDir, 'keys.json'), 'utf8')) as Record<string, string>
  const environment = { ...keys, SANDBOX_PORT: String(port), LUNAS_DATA_DIR: config.dataDir }
  const program = path.join(PROJECT_ROOT, 'main/sandbox.ts')
  const { code, stderr } = await startCommand(process.execPath, ['--import', 'tsx', program], { environment }).ended
  expect({ code, stderr }).toEqual({
    code: 2,
    stderr: `port ${port} on 127.0.0.1 is in use by another program; set SANDBOX_PORT to a free one\n`,
  })
  server.close()
})
