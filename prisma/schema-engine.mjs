#!/usr/bin/env node
// Prisma's command line starts its schema engine as a program and speaks JSON-RPC with it, one message a line.
// The native program comes from a download; this one answers the same calls with the engine that Prisma publishes on npm
// as WebAssembly, over node-postgres. Prisma itself is not changed: prisma.config.ts names this file as the engine.
import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import { PrismaPg } from '@prisma/adapter-pg'
import { bindMigrationAwareSqlAdapterFactory, ColumnTypeEnum } from '@prisma/driver-adapter-utils'
import pg from 'pg'

const options = { datamodels: { type: 'string', multiple: true }, datasource: { type: 'string' } }
const { values, positionals } = parseArgs({ allowPositionals: true, strict: false, options })
const url = values.datasource ? JSON.parse(values.datasource).url : undefined
const datamodels = values.datamodels?.map((file) => [file, readFileSync(file, 'utf8')])

// The adapter refuses PostgreSQL's internal type "char", which catalog queries return and the engine wants as a character.
// Its columns pass through the adapter as arrays of "char", whose values it leaves alone, and are named right afterwards.
const CHAR_OID = 18
const CHAR_ARRAY_OID = 1002

class CharacterClient extends pg.Client {
  query(...parts) {
    const callback = typeof parts.at(-1) === 'function' ? parts.pop() : undefined
    if (callback) return super.query(...parts, (error, result) => callback(error, disguiseCharacters(result)))
    return super.query(...parts).then(disguiseCharacters)
  }
}

function disguiseCharacters(result) {
  for (const field of result?.fields ?? []) if (field.dataTypeID === CHAR_OID) field.dataTypeID = CHAR_ARRAY_OID
  return result
}

function nameCharacters(result) {
  const isSingle = (column) => result.rows.every((row) => row[column] === null || typeof row[column] === 'string')
  const columnTypes = result.columnTypes.map((type, column) =>
    type === ColumnTypeEnum.CharacterArray && isSingle(column) ? ColumnTypeEnum.Character : type,
  )
  return { ...result, columnTypes }
}

/** A connection for the engine, mended where the adapter falls short of the native engine. */
async function connect(connectionString) {
  const pool = new pg.Pool({ connectionString, max: 1, Client: CharacterClient })
  const adapter = await new PrismaPg(pool, { disposeExternalPool: true }).connect()
  const queryRaw = adapter.queryRaw.bind(adapter)
  adapter.queryRaw = async (query) => nameCharacters(await queryRaw(query))
  // The adapter splits scripts at every ";", which breaks $$ … $$ bodies. As one simple query a migration is also atomic.
  adapter.executeScript = async (script) => {
    await pool.query(script).catch((error) => adapter.onError(error))
  }
  return adapter
}

/** A scratch database in which the engine replays the migrations; dropped with its connection. */
async function connectToShadowDb() {
  const name = `prisma_shadow_${randomUUID().replaceAll('-', '')}`
  await createDatabase(name)
  const adapter = await connect(urlOf(name))
  const dispose = adapter.dispose.bind(adapter)
  adapter.dispose = () => dispose().then(() => dropDatabase(name))
  return adapter
}

/** Loads the WebAssembly by hand, since Node 20 cannot import it, and starts the engine on the database of `url`. */
async function startEngine() {
  const entry = createRequire(import.meta.url).resolve('@prisma/schema-engine-wasm/schema_engine_bg')
  const bindings = await import(entry)
  const module = new WebAssembly.Module(readFileSync(path.join(path.dirname(entry), 'schema_engine_bg.wasm')))
  const { exports } = new WebAssembly.Instance(module, { './schema_engine_bg.js': bindings })
  bindings.__wbg_set_wasm(exports)
  exports.__wbindgen_start()
  globalThis.PRISMA_WASM_PANIC_REGISTRY = { set_message: (message) => log('ERROR', message, { is_panic: true }) }
  const adapter = {
    provider: 'postgres',
    adapterName: '@prisma/adapter-pg',
    connect: () => connect(url),
    connectToShadowDb,
  }
  const bound = bindMigrationAwareSqlAdapterFactory(adapter)
  return { engine: await bindings.SchemaEngine.new({ datamodels }, () => {}, bound), thrown: bound.errorRegistry }
}

/** Answers requests until Prisma closes the pipe. */
async function serve() {
  let started
  let request
  // A panic of the engine leaves its call unanswered, which Prisma would take for success in some commands.
  process.on('uncaughtException', (error) => {
    send({ id: request?.id, error: describeError(error) })
    process.exit(101)
  })
  for await (const line of createInterface({ input: process.stdin })) {
    request = line.trim() === '' ? {} : JSON.parse(line)
    const { id, method, params } = request
    // Without a method it is Prisma's acknowledgement of what we printed.
    if (method === undefined) continue
    try {
      // Asked before the database exists, when the engine could not start; our own command below makes it.
      if (method === 'createDatabase') send({ id, result: { databaseName: databaseOf(url) } })
      else send({ id, result: await answer((started ??= await startEngine()).engine, method, params) })
    } catch (error) {
      send({ id, error: describeError(error, started?.thrown) })
    }
  }
}

async function answer(engine, method, params) {
  if (method === 'diff') return diff(engine, params)
  const result = await engine[method === 'getDatabaseVersion' ? 'version' : method](params)
  return result ?? null
}

/** The native engine reads any database by its URL and prints the difference; this one knows its own connection only. */
async function diff(engine, params) {
  const request = { shadowDatabaseUrl: null, ...params }
  for (const side of ['from', 'to']) {
    if (request[side].tag === 'url') request[side] = await introspected(engine, params.filters)
  }
  const result = await engine.diff(request)
  if (result.stdout != null) send({ id: 0, method: 'print', params: { content: result.stdout } })
  return { ...result, stdout: null }
}

async function introspected(engine, filters) {
  const bare = { path: 'bare.prisma', content: 'datasource db {\n provider = "postgresql"\n}\n' }
  const schema = { files: datamodels?.map(([file, content]) => ({ path: file, content })) ?? [bare] }
  const how = { baseDirectoryPath: '.', force: true, compositeTypeDepth: -1, namespaces: null, filters }
  try {
    return { tag: 'schemaDatamodel', files: (await engine.introspect({ schema, ...how })).schema.files }
  } catch (error) {
    if (error?.code === 'P4001') return { tag: 'empty' } // a database without tables
    throw error
  }
}

/** What the adapter throws passes through the engine as a number, to be looked up. */
function describeError(error, thrown) {
  const said = String(error?.message ?? error)
  const original = thrown?.consumeError(/External error id#(\d+)/.exec(said)?.[1])?.error
  const message = original ? String(original.message) : said
  const data = { is_panic: false, message, meta: error?.meta, error_code: error?.code }
  return { code: 4466, message: 'An error happened. Check the data field for details.', data }
}

function send(message) {
  process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`)
}

/** The engine's one-shot commands: their outcome is the exit code and a log line. */
async function runCommand(command) {
  log('INFO', 'Starting schema engine CLI')
  try {
    if (command === 'create-database') await createDatabase(databaseOf(url))
    else if (command === 'drop-database') await dropDatabase(databaseOf(url))
    else await query(url, () => 'select 1')
  } catch (error) {
    const codes = { '3D000': 'P1003', ECONNREFUSED: 'P1001', ENOTFOUND: 'P1001', ETIMEDOUT: 'P1002' }
    log('ERROR', error.message, { is_panic: false, error_code: codes[error.code] ?? 'P1000' })
    process.exitCode = 1
  }
}

function log(level, message, more = {}) {
  const timestamp = new Date().toISOString()
  const line = { timestamp, level, fields: { message, ...more }, target: 'schema_engine::logger' }
  process.stderr.write(`${JSON.stringify(line)}\n`)
}

async function createDatabase(name) {
  await query(urlOf('postgres'), (client) => `create database ${client.escapeIdentifier(name)}`)
}

async function dropDatabase(name) {
  await query(urlOf('postgres'), (client) => `drop database if exists ${client.escapeIdentifier(name)} with (force)`)
}

async function query(connectionString, statement) {
  const client = new pg.Client({ connectionString })
  await client.connect()
  await client.query(statement(client)).finally(() => client.end())
}

function databaseOf(connectionString) {
  return decodeURIComponent(new URL(connectionString).pathname.slice(1))
}

function urlOf(database) {
  return Object.assign(new URL(url), { pathname: `/${encodeURIComponent(database)}` }).href
}

if (process.argv.includes('--version')) console.log('schema-engine-cli wasm')
else if (positionals[0] === 'cli') await runCommand(positionals[1])
else await serve()
process.exit()
