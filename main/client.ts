/** Writes `client/openapi.json` and `client/schema.ts` from the API itself: `npm run client`. Needs no server. */
import { randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import openapiTypescript, { astToString } from 'openapi-typescript'
import { buildApp } from '../api/app.ts'
import { DEFAULT_LIMITS } from '../api/dependencies.ts'
import { PROJECT_ROOT } from '../local/project.ts'
import { createStore } from '../store/index.ts'

/** The API's OpenAPI 3.1 document. The store behind it is never asked. */
export async function openApiDocument(): Promise<object> {
  const ring = { current: 'none', keys: { none: randomBytes(32) } }
  const store = createStore({
    url: 'postgresql://nobody@127.0.0.1:1/none',
    name: 'lunas client',
    poolMax: 1,
    keys: { vault: ring, identity: ring, account: ring },
    timingOf: (gateway) => {
      throw new Error(`no gateway ${gateway}`)
    },
    route: () => null,
    sendsWith: () => null,
    failuresOf: () => null,
  })
  const app = await buildApp({
    store,
    gateways: new Map(),
    lives: {
      poke: () => undefined,
      tellNow: async () => 'later',
      describeUrl: () => '',
      healthy: async () => false,
    },
    now: () => 0,
    guards: async () => [],
    logger: false,
    bootId: 'none',
    limits: DEFAULT_LIMITS,
    publicUrl: 'http://localhost:3000',
    version: '0.0.0',
  })
  const document = app.swagger()
  await app.close()
  await store.close()
  return document
}

/** The types of the document, as TypeScript. */
export async function clientTypes(document: object): Promise<string> {
  const ast = await openapiTypescript(document as Parameters<typeof openapiTypescript>[0])
  return `// Made from the API by \`npm run client\`.\n${astToString(ast)}`
}

if (process.argv[1] === import.meta.filename) {
  const document = await openApiDocument()
  writeFileSync(path.join(PROJECT_ROOT, 'client/openapi.json'), `${JSON.stringify(document, null, 2)}\n`)
  writeFileSync(path.join(PROJECT_ROOT, 'client/schema.ts'), await clientTypes(document))
}
