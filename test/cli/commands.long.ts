/** The commands beside a running stack, as operators use them. */
import { randomUUID } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Follow } from '../../local/demo/lives.ts'
import { writeRunning } from '../../local/running.ts'
import { openLiveStack } from '../support/e2e.ts'
import { lunas } from '../support/e2e-command.ts'
import { commandsBeside } from '../support/e2e-live-commands.ts'
import { peopleWith } from '../support/e2e-people.ts'
import { portsOfItsOwn } from '../support/ports.ts'

const live = await openLiveStack()
const commands = commandsBeside(live)
const { run, json, runAll } = commands
const programme = ['--programme', live.programme.code]
let lives: readonly Follow[]

beforeAll(async () => {
  writeRunning(live.stack.dataDir, { ...live.stack, pid: process.pid })
  lives = await live.settle(peopleWith(3))
})

afterAll(() => live.close())

describe('lunas participants', () => {
  test('list shows everybody, as JSON and as columns', async () => {
    const { data, hasMore } = await json('participants', 'list', ...programme)
    expect(data.map(({ ref }: { ref: string }) => ref).sort()).toEqual(lives.map(({ ref }) => ref).sort())
    expect(hasMore).toBe(false)
    const { stdout } = await run('participants', 'list', ...programme, '--stage', 'closed', '--limit', '2')
    expect(stdout.split('\n')[0]).toMatch(/^REF +STAGE +OUTCOME +WAVE +ATTENTION +FOR +WHOSE MOVE$/)
    const after = /^There are more; go on with --after (?<cursor>\S+), or show them all with --all\.$/m.exec(stdout)
    const rest = await json('participants', 'list', ...programme, '--after', after?.groups?.['cursor'] ?? '')
    expect(rest.data).toHaveLength(1)
    const all = await json('participants', 'list', ...programme, '--all')
    expect(all).toEqual({ data, nextCursor: null, hasMore: false })
    expect(rest.data[0]).toEqual(all.data[2])
  })

  test('a cursor of nothing is refused, and what came before it is not shown instead', async () => {
    const { code, stdout, stderr } = await run('participants', 'list', ...programme, '--after', 'x')
    expect({ code, stdout, stderr }).toEqual({ code: 1, stdout: '', stderr: 'a parameter is not valid\n' })
  })

  test('list by attention leaves out those whom nobody need look at', async () => {
    expect(await json('participants', 'list', ...programme, '--attention')).toMatchObject({ data: [] })
  })

  test('show tells where a person stands and their story, in either language', async () => {
    const ref = lives[0]?.ref ?? ''
    const shown = await json('participants', 'show', ref, ...programme)
    expect(shown).toMatchObject({ ref, stage: 'closed', outcome: 'completed' })
    expect(shown.timeline.length).toBeGreaterThan(8)
    const told = await run('participants', 'show', ref, ...programme, '--language', 'id', '--watch')
    expect(told.code).toBe(0)
    expect(told.stdout).toContain(`${ref} in ${live.programme.code}: closed (completed)`)
    expect(told.stdout).toContain('Insentif')
  })

  test('every command of the page about money that waits at a gateway does what it says', async () => {
    const said = await runAll('docs/runbooks/gateways.md', { REF: lives[0]?.ref ?? '' })
    expect(said[1]).toContain('closed (completed)')
    expect(said[3]).toBe('Nothing is frozen.\n')
    expect(said.at(-2)).toContain('SP2D-114/2026')
  })

  test('show --watch --json prints one object a line for each change, until the life is closed', async () => {
    const [person] = peopleWith(1)
    const { body } = await live.calls.post('registrar', live.participants, person?.registration)
    const ref = String(body['ref'])
    const watching = run('participants', 'show', ref, ...programme, '--watch', '--json')
    await sleep(3_000)
    await live.calls.post('operator', `${live.participants}/${ref}/withdraw`, { reason: 'asked to leave' })
    const { code, stdout, stderr } = await watching
    const lines = stdout.trimEnd().split('\n')
    const stages = lines.map((line) => (JSON.parse(line) as { stage: string }).stage)
    expect({ code, stderr, last: stages.at(-1) }).toEqual({ code: 0, stderr: '', last: 'closed' })
    expect(lines.length).toBeGreaterThan(1)
    expect(new Set(lines).size).toBe(lines.length)
  })

  test('show of nobody says so and ends with 1', async () => {
    const { code, stdout, stderr } = await run('participants', 'show', 'ABCDEFGHJKMNP', ...programme)
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr.trim().split('\n')).toHaveLength(1)
  })
})

describe('lunas keys', () => {
  test('the first key is not made while there are keys', async () => {
    const environment = live.stack.environmentOf('api')
    const { code, stdout, stderr } = await lunas(['keys', 'create', '--bootstrap', '--person', 'mallory'], {
      environment,
    })
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toBe('there are keys already; an administrator makes more: lunas keys create\n')
  })

  test('a key is made, listed without its secret, used, and of no use once revoked', async () => {
    const made = await json(
      'keys',
      'create',
      '--person',
      'wati.auditor',
      '--role',
      'auditor@patient',
      '--role',
      'institution',
    )
    expect(made.secret).toMatch(/^lunas_/)
    expect(made.grants).toMatchObject([{ role: 'auditor' }, { role: 'institution' }])
    const { data } = await json('keys', 'list')
    const listed = data.find(({ id }: { id: string }) => id === made.id)
    expect(listed).toMatchObject({ person: 'wati.auditor', revokedAt: null })
    expect(JSON.stringify(data)).not.toContain(made.secret)
    const using = ['participants', 'list', ...programme, '--key', made.secret]
    expect((await run(...using)).code).toBe(0)
    expect((await run('keys', 'revoke', made.id)).stdout).toBe(`${made.id} is revoked.\n`)
    const after = await run(...using)
    expect({ code: after.code, stdout: after.stdout }).toEqual({ code: 1, stdout: '' })
  })

  test('a role is taken away, and a new key of the person does not bring it back', async () => {
    const person = ['--person', 'joko.helpdesk']
    await run('keys', 'create', ...person, '--role', 'institution', '--role', 'auditor@patient')
    const { stdout } = await run('keys', 'end-role', ...person, '--role', 'institution')
    expect(stdout).toBe('joko.helpdesk is institution no more. What is left: auditor@patient\n')
    expect((await run('keys', 'create', ...person, '--role', 'auditor@patient')).stdout).toMatch(
      /^It may act as: auditor@patient$/m,
    )
    expect((await json('keys', 'end-role', ...person, '--role', 'auditor@patient')).grants).toEqual([])
  })

  test('a role nobody has is refused with one sentence', async () => {
    const { code, stdout, stderr } = await run('keys', 'create', '--person', 'budi', '--role', 'king')
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr.trim().split('\n')).toHaveLength(1)
  })
})

describe('lunas messages', () => {
  test('nothing is dead as long as every life was told', async () => {
    expect(await json('messages', 'dead')).toEqual({ data: [] })
    expect((await run('messages', 'dead')).stdout).toBe('No message is dead.\n')
  })

  test('a dead message is listed with why, and sent on its way again', async () => {
    const id = await deadMessage()
    expect((await run('messages', 'dead')).stdout).toContain(`${id}  patient`)
    expect(await json('messages', 'dead')).toMatchObject({ data: [{ id, refusal: 'gRPC 7' }] })
    const why = ['--reason', 'the fault is mended']
    const proposals = [
      await json('messages', 'redrive', id, ...why),
      await json('messages', 'redrive', '--all', ...why),
    ]
    expect(await json('approvals', 'approve', proposals[0].id)).toMatchObject({ act: 'redrive', state: 'executed' })
    expect(await json('messages', 'dead')).toEqual({ data: [] })
    const again = await run('messages', 'redrive', id, ...why)
    expect({ code: again.code, stdout: again.stdout }).toEqual({ code: 1, stdout: '' })
    const late = await run('approvals', 'approve', proposals[1].id)
    expect(late.stdout).toContain('void: no message is dead there')
    expect(late.code).toBe(1)
  })

  test('every command of the page about messages does what it says', async () => {
    const [MESSAGE] = [await deadMessage(), await deadMessage(), await deadMessage()]
    await runAll('docs/runbooks/messages.md', { MESSAGE })
    expect((await run('messages', 'dead')).stdout).toBe('No message is dead.\n')
    const unknown = await run('messages', 'redrive', '--all', '--programme', 'nobody-knows', '--reason', 'a test')
    expect({ code: unknown.code, stdout: unknown.stdout }).toEqual({ code: 1, stdout: '' })
  })

  async function deadMessage(): Promise<string> {
    const id = randomUUID()
    await live.rows(
      `INSERT INTO message (id, programme, ref, kind, priority, state, deliver_after, refusals, refusal)
       VALUES ($1, $2, $3, 'sweep', 5, 'dead', now(), 10, 'gRPC 7')`,
      [id, live.programme.code, lives[0]?.ref],
    )
    return id
  }
})

describe('lunas failures', () => {
  test('every command of its runbook does what it says', async () => {
    const said = await runAll('docs/runbooks/failures.md')
    expect(said[0]).toMatch(/^GATEWAY +CODE +CLASS +MEANING +BEFORE ANOTHER ATTEMPT +BY$/m)
    expect(said[1]).toMatch(/sandbox +BRANCH_CLOSED +undocumented +undocumented +two people +nobody knows it/)
    expect(said[2]).toBe('sandbox 422 NEW_RULE means unknown (failure-doubted) from now on.\n')
    expect(said[3]).toBe('sandbox TEMPORARY_TRANSFER_ERROR means compliance (compliance-refused) from now on.\n')
    const { data } = await json('failures', 'list', '--gateway', 'sandbox')
    const of = (code: string) => data.find(({ vendorCode }: { vendorCode: string }) => vendorCode === code)
    expect(of('BRANCH_CLOSED')).toMatchObject({ class: 'needs-account', code: 'account-closed', safety: 1 })
    expect(of('TEMPORARY_TRANSFER_ERROR')).toMatchObject({ class: 'retry-new', rule: { isDefault: true } })
  })

  test('what lets more be sent, or is no class or code, is refused with one sentence', async () => {
    const wrong = [
      ['ACCOUNT_CLOSED', '--class', 'retry-new'],
      ['ACCOUNT_CLOSED', '--class', 'needs-account'],
      ['ACCOUNT_CLOSED'],
      ['nothing', '--class', 'unknown'],
    ]
    for (const args of wrong) {
      const { code, stdout, stderr } = await run('failures', 'safer', 'sandbox', ...args, '--reason', 'a test')
      expect({ args, hasFailed: code !== 0, stdout }).toEqual({ args, hasFailed: true, stdout: '' })
      expect(stderr.trim().split('\n')).toHaveLength(1)
    }
  })
})

describe('lunas freeze', () => {
  test('every command of its runbook does what it says', async () => {
    expect((await run('freeze', 'list')).stdout).toBe('Nothing is frozen.\n')
    const said = (await runAll('docs/runbooks/freeze.md')).map((text) => text.split('\n')[0] ?? '')
    const { code: programme } = live.programme
    expect(said.filter((line) => line.endsWith('is frozen.'))).toEqual([
      `region:${programme}:3275 is frozen.`,
      `wave:${programme}:1 is frozen.`,
      `programme:${programme} is frozen.`,
      'gateway:sandbox is frozen.',
      'all is frozen.',
    ])
    const { data } = await json('freeze', 'list')
    expect(data.map(({ scope }: { scope: string }) => scope)).not.toContain('all')
    expect(data).toHaveLength(4)
    for (const { id } of data as { id: string }[]) {
      const { id: proposal } = await json('freeze', 'lift', id, '--reason', 'done')
      expect((await run('approvals', 'approve', proposal)).code).toBe(0)
    }
    expect((await run('freeze', 'list')).stdout).toBe('Nothing is frozen.\n')
  })

  test('a misspelt scope or gateway is refused with one sentence', async () => {
    for (const scope of [['everything'], ['gateway', 'sandbos']]) {
      const { code, stdout, stderr } = await run('freeze', 'place', ...scope, '--reason', 'a test')
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
      expect(stderr.trim().split('\n')).toHaveLength(1)
    }
  })
})

describe('lunas audit', () => {
  test('verify finds the trail of the running stack by itself, sealed and whole', async () => {
    const said = await json('audit', 'verify')
    expect(said).toMatchObject({ well: true, findings: [] })
    expect(Number(said.seals)).toBeGreaterThan(0)
    expect(said.anchors).toBeGreaterThan(Number(said.seals))
    expect((await run('audit', 'verify')).stdout).toMatch(/The trail is whole\.\n$/)
  })
})

describe('lunas migrate', () => {
  test('says that nothing is to be done', async () => {
    const environment = { DATABASE_MIGRATE_URL: live.stack.postgres?.urls.migrate }
    const { code, stdout } = await lunas(['migrate'], { environment })
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'The database is up to date.\n' })
    const result = await lunas(['migrate', '--json'], { environment })
    expect(JSON.parse(result.stdout)).toMatchObject({ applied: [], all: expect.arrayContaining([expect.any(String)]) })
  })
})

test('every command of the runbook of gateway credentials does what it says', async () => {
  const of = { gateway: 'sandbox', purpose: 'callback', fingerprint: 'c'.repeat(64) }
  const files = { ADMIT: path.join(live.home, 'admit.json'), END: path.join(live.home, 'end.json') }
  writeFileSync(files.ADMIT, JSON.stringify({ ...of, change: 'admit' }))
  writeFileSync(files.END, JSON.stringify({ ...of, change: 'end' }))
  const said = await runAll('docs/runbooks/gateway-credentials.md', files)
  expect(said[0]).toMatch(
    /^ok {2}credentials +send of sandbox, [0-9a-f]{64}: in force\nok {2}credentials +callback of/m,
  )
  expect(said[3]).toContain('gateway-credential: Credential of a gateway changed')
  for (const at of [3, 5]) expect(said[at]).toContain('executed')
  expect(said[6]?.match(/gateway-credential/g)).toHaveLength(2)
  expect(said[7]).toMatch(/^gateway:sandbox is frozen\.\n/)
  const rows = await live.rows<{ ended: boolean }>(
    `SELECT ended_under IS NOT NULL AS ended FROM gateway_credential WHERE fingerprint = $1`,
    [of.fingerprint],
  )
  expect(rows).toEqual([{ ended: true }])
  const [frozen] = (await json('freeze', 'list')).data
  const { id } = await json('freeze', 'lift', frozen.id, '--reason', 'done')
  expect((await run('approvals', 'approve', id)).code).toBe(0)
})

test('what is to be compared before the freeze of a restore is lifted is shown, credentials among it', async () => {
  const said = await runAll('docs/runbooks/restore.md', {}, 'Compare what people had decided')
  expect(said[0]).toMatch(/credentials +send of sandbox, [0-9a-f]{64}: in force/)
  expect(said[1]).toContain('gateway-credential')
  expect(said.slice(2)).toEqual([expect.stringMatching(/^GATEWAY +CODE /), 'Nothing is frozen.\n'])
})

interface Line {
  readonly what: string
  readonly state: string
  readonly found: string
  readonly mend: string | null
}

describe('lunas doctor', () => {
  test('beside a running stack every line is green', async () => {
    const { well, findings } = await json('doctor')
    const lines = findings as Line[]
    expect(lines.filter(({ state }) => state !== 'green')).toEqual([])
    expect(well).toBe(true)
    const whats = [
      'Node',
      'packages',
      'PostgreSQL',
      'Temporal',
      'API port',
      'sandbox port',
      'Temporal port',
      'UI port',
      'PostgreSQL port',
      'database',
      'migrations',
      'guards',
      'gateways',
      'credentials',
      'credentials',
      'seals',
      'lives',
      'API',
    ]
    expect(lines.map(({ what }) => what)).toEqual(whats)
    const { code, stdout } = await run('doctor')
    expect(code).toBe(0)
    expect(stdout.trimEnd().split('\n')).toHaveLength(whats.length)
  })

  test('a guard that was dropped is red, and the command it names puts it back', async () => {
    await live.rows('ALTER TABLE commitment DROP CONSTRAINT commitment_limit; GRANT UPDATE ON posting TO PUBLIC')
    const { code, stdout } = await run('doctor', '--json')
    const { findings } = JSON.parse(stdout) as { findings: Line[] }
    const reds = findings.filter(({ what, state }) => state === 'red' && what !== 'API')
    expect({ code, reds: reds.map(({ found, mend }) => `${found}: ${mend}`) }).toEqual({
      code: 1,
      reds: [
        'check commitment.commitment_limit is missing: npx lunas migrate',
        'power PUBLIC on table posting is not known to this version: npx lunas migrate',
      ],
    })
    expect((await run('doctor')).stdout).toMatch(/^!! {2}guards .*\n +mend: npx lunas migrate$/m)
    expect(await run('migrate')).toEqual({
      code: 0,
      stdout: 'Restored: check commitment.commitment_limit\nRestored: power PUBLIC on table posting\n',
      stderr: '',
    })
    // The API looks at its guards by the second.
    await expect.poll(async () => (await run('doctor', '--json')).code, { timeout: 15_000 }).toBe(0)
    expect(await json('doctor')).toMatchObject({ well: true })
  })

  test('without a stack nothing is red: what does not run is idle, and said how to start', async () => {
    const environment = { LUNAS_DATA_DIR: path.join(live.home, 'nothing'), ...(await portsOfItsOwn()) }
    const { code, stdout } = await lunas(['doctor', '--json'], { environment })
    const { findings } = JSON.parse(stdout) as { findings: Line[] }
    expect({ code, red: findings.filter(({ state }) => state === 'red') }).toEqual({ code: 0, red: [] })
    expect(findings.filter(({ state }) => state === 'idle').map(({ what }) => what)).toEqual([
      'database',
      'lives',
      'API',
    ])
  })

  test('every line that is red carries a command: servers that do not answer, a taken port, settings that cannot be', async () => {
    const nowhere = '127.0.0.1:9'
    const environments = [
      {
        LUNAS_DATA_DIR: path.join(live.home, 'nothing'),
        LUNAS_PORT: String(live.stack.sandboxPort),
        DATABASE_URL: `postgresql://lunas_app:x@${nowhere}/lunas`,
        TEMPORAL_ADDRESS: nowhere,
      },
      { LUNAS_PORT: 'many' },
    ]
    const reds = []
    for (const environment of environments) {
      const { code, stdout } = await lunas(['doctor', '--json'], { environment })
      expect(code).toBe(1)
      reds.push(...(JSON.parse(stdout) as { findings: Line[] }).findings.filter(({ state }) => state === 'red'))
    }
    expect(reds.map(({ what }) => what)).toEqual(['API port', 'database', 'lives', 'settings'])
    for (const { mend } of reds) expect(mend).toMatch(/^(env )?([A-Z_]+=\S* )?(npm|npx) /)
  })

  test('a file of a stack that has died is not taken for a running one', async () => {
    const folder = path.join(live.home, 'data')
    writeFileSync(path.join(folder, 'running.json'), JSON.stringify({ pid: 2 ** 22 + 1, apiUrl: live.stack.apiUrl }))
    const { findings } = JSON.parse((await run('doctor', '--json')).stdout) as { findings: Line[] }
    const states = Object.fromEntries(findings.map(({ what, state }) => [what, state]))
    expect(states).toMatchObject({ API: 'idle', database: 'idle', 'API port': 'red' })
    writeRunning(live.stack.dataDir, { ...live.stack, pid: process.pid })
  })
})
