/** The search attributes of a server nobody has prepared: registered, or said in one sentence that names the command. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { freePort } from '../../local/ports.ts'
import { findTemporalCli } from '../../local/temporal-programs.ts'
import { startTemporal, type RunningTemporal } from '../../local/temporal.ts'
import { findAttributes, prepareServer, SEARCH_ATTRIBUTES } from '../../temporal/attributes.ts'
import { connectTemporal, type Temporal } from '../../temporal/connect.ts'
import { openWall, type GrpcAnswer } from '../support/grpc.ts'

const home = mkdtempSync(path.join(tmpdir(), 'lunas-attributes-'))
let server: RunningTemporal
let temporal: Temporal
beforeAll(async () => {
  mkdirSync(path.join(home, 'logs'))
  const program = await findTemporalCli({ configured: null })
  server = await startTemporal({ program, home, port: await freePort(), uiPort: await freePort() })
  temporal = connectTemporal(server)
})
afterAll(async () => {
  await temporal.close()
  await server.stop()
  rmSync(home, { recursive: true, force: true })
})

const KEYWORD = 2
const TEXT = 1
const add = (searchAttributes: Readonly<Record<string, number>>): Promise<unknown> =>
  temporal.connection.operatorService.addSearchAttributes({ namespace: 'default', searchAttributes })

it('are registered on a server that has none, by several processes at once, and then no more', async () => {
  expect(await findAttributes(temporal)).toEqual({ missing: SEARCH_ATTRIBUTES, strange: [] })
  await add({ Wave: KEYWORD })
  await Promise.all([prepareServer(temporal), prepareServer(temporal), prepareServer(temporal)])
  expect(await findAttributes(temporal)).toEqual({ missing: [], strange: [] })
  await prepareServer(temporal)
})

it('of another type are said, for nothing can be registered over them', async () => {
  const { connection } = temporal
  await connection.operatorService.removeSearchAttributes({ namespace: 'default', searchAttributes: ['Region'] })
  await add({ Region: TEXT })
  await expect(prepareServer(temporal)).rejects.toThrow('search attributes of another type than Keyword: Region')
})

/** A cluster whose keepers let us neither see nor change the list. */
async function preparedAt(count: (method: string) => GrpcAnswer | undefined): Promise<void> {
  const wall = await openWall((method) => (/SearchAttributes$/.test(method) ? { code: 7 } : count(method)))
  const client = connectTemporal({ address: wall.address, namespace: 'dana' })
  try {
    await prepareServer(client)
  } finally {
    await client.close()
    await wall.close()
  }
}

it('that we may not list are asked for one by one, and are enough', async () => {
  await preparedAt(() => undefined)
})

it('that are missing and that we may not register are said with the command that does it', async () => {
  await expect(preparedAt(() => ({ code: 3, details: 'invalid search attribute' }))).rejects.toThrow(
    /^namespace dana of Temporal at .* lacks the search attributes Programme, .*; run: temporal operator search-attribute create --address 127\.0\.0\.1:\d+ --namespace dana --name Programme --type Keyword .*Temporal Cloud/,
  )
})
