import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { Connection } from '@temporalio/client'
import { afterAll, expect, test } from 'vitest'
import { makeHome } from '../../local/postgres.ts'
import { findTemporalCli } from '../../local/temporal-programs.ts'
import { startTemporal } from '../../local/temporal.ts'

const folder = mkdtempSync(path.join(os.tmpdir(), 'lunas-temporal-'))

afterAll(() => rmSync(folder, { recursive: true, force: true }))

test('servers that are started at the same moment each get ports of their own', async () => {
  const program = await findTemporalCli({ configured: null })
  const starting = ['one', 'two', 'three'].map((name) => {
    const home = path.join(folder, name)
    makeHome(home)
    return startTemporal({ program, home, namespace: name })
  })
  const servers = await Promise.all(starting)
  try {
    expect(new Set(servers.flatMap(({ port, uiPort }) => [port, uiPort])).size).toBe(6)
    for (const { address, namespace } of servers) {
      const connection = await Connection.connect({ address })
      const { namespaces } = await connection.workflowService.listNamespaces({})
      expect(namespaces.map(({ namespaceInfo }) => namespaceInfo?.name)).toContain(namespace)
      await connection.close()
    }
  } finally {
    await Promise.all(servers.map((server) => server.stop()))
  }
})
