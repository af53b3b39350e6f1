/** Each guard of the database, taken away one by one: readiness and doctor name it, and the command they print puts it back. */
import { mkdtempSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadConfig } from '../../config.ts'
import { diagnose } from '../../local/diagnose.ts'
import type { Finding } from '../../local/finding.ts'
import { prepareDatabase } from '../../local/migrate.ts'
import { withClient } from '../../local/roles.ts'
import { redLines } from '../../main/guarded.ts'
import { restoringSql, type Guard } from '../../store/guard-repair.ts'
import { guardFaults, wantedGuards } from '../../store/guards.ts'
import { buildTestApp, get, type TestApi } from '../support/api.ts'

let api: TestApi
beforeAll(async () => {
  api = await buildTestApp({ guards: () => redLines(api.store) })
})
afterAll(() => api.close())

/** How somebody with the power would take a guard away. */
function removal({ kind, name, definition }: Guard): string {
  const [table = '', object = ''] = name.split('.')
  switch (kind) {
    case 'check':
    case 'reference':
    case 'primary':
      return `ALTER TABLE ${table} DROP CONSTRAINT ${object} CASCADE`
    case 'unique':
      return `DROP INDEX ${object} CASCADE`
    case 'trigger':
      return `DROP TRIGGER ${object} ON ${table}`
    case 'function':
      return `DROP FUNCTION ${name} CASCADE`
    case 'owner':
      return `ALTER ${name} OWNER TO postgres`
    case 'rule':
      throw new Error('there are none')
    case 'power':
      return restoringSql({ kind, name, definition }, 'foreign') ?? ''
  }
}

const asSuperuser = (statement: string) => withClient(api.database.super, (client) => client.query(statement))

/** The red lines of doctor about guards. */
async function doctor(): Promise<Finding[]> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'lunas-doctor-'))
  const findings = await diagnose(loadConfig({ DATABASE_URL: api.database.app, LUNAS_DATA_DIR: folder }))
  return findings.filter(({ what, state }) => what === 'guards' && state === 'red')
}

/** Does what a red line says. */
async function mend(command: string): Promise<void> {
  if (command.endsWith('lunas migrate')) await prepareDatabase(api.database.migrate)
  else await asSuperuser(command.replace(/^as superuser: /, ''))
}

async function readiness(): Promise<{ status: number; detail: string }> {
  api.clock.nowMs += 2_001
  const { status, body } = await get(api.app, '/readyz')
  return { status, detail: body.detail ?? '' }
}

describe('each guard that is taken away', () => {
  const guards = wantedGuards()
  const kinds = [...new Set(guards.map(({ kind }) => kind))]

  it('is seen by readiness, and put back by the command that it prints', async () => {
    const silent: string[] = []
    for (const guard of guards) {
      const name = `${guard.kind} ${guard.name}`
      await asSuperuser(removal(guard))
      const { status, detail } = await readiness()
      const command = detail
        .split('\n')
        .find((line) => line.startsWith(`${name} `))
        ?.split('; mend it: ')[1]
      if (status !== 503 || command === undefined) silent.push(`${name}: readiness said ${status} ${detail}`)
      await mend(command ?? 'lunas migrate')
      const left = await guardFaults(api.store.context.database.pool)
      if (left.length > 0) silent.push(`${name}: not mended: ${left.join('; ')}`)
    }
    expect(silent).toEqual([])
    expect(await readiness()).toMatchObject({ status: 200 })
  }, 180_000)

  // What doctor sees is what readiness sees; here that it tells each kind, and what it prints.
  it.each(kinds)('is seen by doctor: %s', async (kind) => {
    const guard = guards.find((one) => one.kind === kind)
    if (!guard) throw new Error(`no ${kind}`)
    await asSuperuser(removal(guard))
    const red = (await doctor()).find(({ found }) => found.startsWith(`${kind} ${guard.name} `))
    expect(red?.mend).toMatch(/^(npx lunas migrate|as superuser: ALTER .*)$/)
    await mend(red?.mend ?? '')
    expect(await doctor()).toEqual([])
  })
})

describe('putting guards back', () => {
  it('takes a power away again from whoever had none, everybody included', async () => {
    await asSuperuser('GRANT UPDATE ON posting TO PUBLIC; GRANT UPDATE (amount) ON posting TO lunas_app')
    const { restored, left } = await prepareDatabase(api.database.migrate)
    expect({ restored, left }).toEqual({
      restored: ['power lunas_app on table posting', 'power PUBLIC on table posting'],
      left: [],
    })
    expect(await prepareDatabase(api.database.migrate)).toMatchObject({ restored: [], left: [] })
  })

  it('takes temporary tables away again from the application, and from everybody, and lets them connect', async () => {
    const granted = (holder: string) =>
      `EXECUTE format('GRANT TEMPORARY ON DATABASE %I TO ${holder}', current_database());`
    await asSuperuser(`DO $$ BEGIN ${granted('lunas_app')} ${granted('PUBLIC')} END $$`)
    expect(await readiness()).toMatchObject({
      status: 503,
      detail: expect.stringContaining('power PUBLIC on database'),
    })
    expect((await doctor()).map(({ found }) => found)).toContain(
      'power lunas_app on database is not known to this version',
    )
    expect(await prepareDatabase(api.database.migrate)).toMatchObject({ left: [] })
    expect(await readiness()).toMatchObject({ status: 200 })
  })

  it('leaves what nobody knows to people, and says what it cannot restore and why', async () => {
    await asSuperuser(`CREATE TABLE strange (id int);
      ALTER TABLE posting DROP CONSTRAINT posting_amount, DISABLE TRIGGER ALL;
      INSERT INTO posting (key, line, event, debit, credit, amount, currency, programme, subject, fiscal_year, budget_line, business_date, period)
           VALUES ('x', 1, 'x', 'budget:a', 'budget:b', 0, 'IDR', 'demo', 'x', 2026, 'x', '2026-01-01', '2026-01')`)
    const { left } = await prepareDatabase(api.database.migrate)
    expect(left).toEqual([
      expect.stringMatching(/^check posting.posting_amount is missing; it cannot be restored: .*violated by some row$/),
      'owner table strange is not known to this version; mend it: as its owner: DROP table strange',
    ])
    expect((await readiness()).detail).toContain('posting_amount')
  })
})
