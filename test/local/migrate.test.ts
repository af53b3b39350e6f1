import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { migrate, runPrisma } from '../../local/migrate.ts'
import { PROJECT_ROOT } from '../../local/project.ts'
import { urlOfDatabase, withClient } from '../../local/roles.ts'
import { createDatabase, type TestDatabase } from '../support/cluster.ts'

const SCHEMA = `
generator client {
  provider = "prisma-client"
  output   = "./generated"
}
datasource db {
  provider = "postgresql"
}
model course {
  code  String @id
  title String
}
`
const FIRST =
  'CREATE TABLE "course" ("code" TEXT NOT NULL, "title" TEXT NOT NULL, CONSTRAINT "course_pkey" PRIMARY KEY ("code"));\n'
const FUNCTION = 'CREATE FUNCTION one() RETURNS int LANGUAGE plpgsql AS $$ BEGIN RETURN 1; END; $$;\n'

let root: string
let database: TestDatabase
let url: string
let count = 0

beforeAll(async () => {
  // Inside the project, so that Prisma and the engine find their packages.
  mkdirSync(path.join(PROJECT_ROOT, '.cache'), { recursive: true })
  root = mkdtempSync(path.join(PROJECT_ROOT, '.cache/migrate-'))
  for (const file of ['prisma.config.ts', 'prisma/schema-engine.mjs'])
    cpSync(path.join(PROJECT_ROOT, file), path.join(root, file))
  writeFileSync(path.join(root, 'prisma/schema.prisma'), SCHEMA)
  writeMigration('1_course', FIRST)
  writeMigration('2_function', FUNCTION)
  database = await createDatabase()
})
beforeEach(async () => {
  const name = `${database.name}_${(count += 1)}`
  await withClient(database.super, (client) => client.query(`CREATE DATABASE ${name}`))
  url = urlOfDatabase(database.super, name)
})
afterAll(async () => {
  rmSync(root, { recursive: true, force: true })
  await withClient(database.super, async (client) => {
    for (let made = 1; made <= count; made += 1)
      await client.query(`DROP DATABASE ${database.name}_${made} WITH (FORCE)`)
  })
  await database.drop()
})

function writeMigration(name: string, sql: string): void {
  mkdirSync(path.join(root, 'prisma/migrations', name), { recursive: true })
  writeFileSync(path.join(root, 'prisma/migrations', name, 'migration.sql'), sql)
}

async function execute(sql: string): Promise<unknown> {
  return withClient(url, async (client) => (await client.query(sql)).rows)
}

test('migrations are applied once, functions with semicolons in them too; later changes of either side are seen', async () => {
  const all = ['1_course', '2_function']
  expect(await migrate(url, { projectRoot: root })).toEqual({ applied: all, all })
  expect(await migrate(url, { projectRoot: root })).toEqual({ applied: [], all })
  expect(await execute('SELECT one()')).toEqual([{ one: 1 }])
  const diff = ['migrate', 'diff', '--from-config-datasource', '--to-schema', 'prisma/schema.prisma', '--exit-code']
  expect(await runPrisma(root, diff, url)).toMatchObject({ code: 0 })
  await execute('ALTER TABLE course ADD COLUMN hours int')
  expect(await runPrisma(root, diff, url)).toMatchObject({ code: 2 })

  writeMigration('1_course', `${FIRST}-- later\n`)
  await expect(migrate(url, { projectRoot: root })).rejects.toThrow('changed after they were applied: 1_course')
  writeMigration('1_course', FIRST)
})

test('a migration that fails leaves nothing of itself, and what PostgreSQL said is told', async () => {
  writeMigration('3_wrong', 'CREATE TABLE half ();\nSELECT 1 / 0;\n')
  await expect(migrate(url, { projectRoot: root })).rejects.toThrow('division by zero')
  expect(await execute(`SELECT to_regclass('half') AS half, to_regclass('course') IS NOT NULL AS course`)).toEqual([
    { half: null, course: true },
  ])
  rmSync(path.join(root, 'prisma/migrations/3_wrong'), { recursive: true })
})

test('a schema engine that does nothing and says so with success is found out', async () => {
  const idle = path.join(root, 'idle')
  cpSync(path.join(root, 'prisma/migrations'), path.join(idle, 'prisma/migrations'), { recursive: true })
  writeFileSync(path.join(idle, 'prisma/schema.prisma'), SCHEMA)
  writeFileSync(path.join(idle, 'prisma/schema-engine.mjs'), '#!/bin/sh\nexit 0\n', { mode: 0o755 })
  cpSync(path.join(root, 'prisma.config.ts'), path.join(idle, 'prisma.config.ts'))
  await expect(migrate(url, { projectRoot: idle })).rejects.toThrow('does not have: 1_course, 2_function')
})
