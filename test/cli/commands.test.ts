/** The commands beside a running stack, as operators use them. */
import { randomUUID } from 'node:crypto'
import { statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Follow } from '../../local/demo/lives.ts'
import { writeRunning } from '../../local/running.ts'
import { openLiveStack, until } from '../support/e2e.ts'
import { lunas } from '../support/e2e-command.ts'
import { commandsBeside } from '../support/e2e-live-commands.ts'
import { peopleWith } from '../support/e2e-people.ts'
import { stepsOn } from '../support/e2e-steps.ts'
import { accountFile, receivable, statementOfToday } from '../support/e2e-money.ts'
import { runbookOfRuns } from '../support/e2e-runs.ts'

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
    expect(stdout).toContain('There are more; raise --limit.')
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

describe('lunas identity, approvals and appropriations', () => {
  const year = ['--year', '2033', '--number', 'DIPA-2033', '--reason', 'as decreed']
  const appropriation = [...year, '--amount', '700']

  test('every command of their page does what it says', async () => {
    const { secret } = await json('keys', 'create', '--person', 'Budi Santoso', '--role', 'institution')
    const file = path.join(live.home, 'budi.json')
    await runAll('docs/approvals.md', { ...accountFile(live.home, lives[0]), KEY: secret, 'budi.json': file })
    expect(statSync(file).mode & 0o777).toBe(0o600)
    const again = await run('identity', 'create', '--person', 'x', '--identity', file, '--key', secret)
    expect(again).toMatchObject({ code: 1, stderr: `${file} exists; a key in use is never replaced\n` })
    const { data } = await json('identity', 'list')
    const shown = await json('identity', 'show', '--identity', file)
    expect(data).toContainEqual(expect.objectContaining({ person: 'Budi Santoso', publicKey: shown.publicKey }))
    const { data: budgets } = await json('appropriations', 'list', ...programme)
    expect(budgets).toContainEqual(expect.objectContaining({ fiscalYear: 2031, number: 'DIPA-2031' }))
  })

  test('one person agrees to nothing alone, and a file that others can read signs nothing', async () => {
    const proposal = await json('appropriations', 'propose', ...programme, ...appropriation)
    const alone = await run('approvals', 'approve', proposal.id, '--as', 'administrator')
    expect({ code: alone.code, stdout: alone.stdout }).toEqual({ code: 1, stdout: '' })
    const file = path.join(live.home, 'open.json')
    writeFileSync(file, '{}', { mode: 0o644 })
    const loose = await run('approvals', 'approve', proposal.id, '--identity', file)
    expect(loose).toMatchObject({ code: 2, stderr: expect.stringContaining('can be read by others') })
    const rejected = await json('approvals', 'reject', proposal.id, '--reason', 'the amount is wrong')
    expect(rejected).toMatchObject({ state: 'rejected', approvals: [{ reason: 'the amount is wrong' }] })
    expect((await run('approvals', 'list')).stdout).toBe('Nothing waits for anybody’s word.\n')
  })

  test('a key with power is made by its person, and in force once two people have agreed', async () => {
    const alone = await run('keys', 'create', '--person', 'lone', '--role', 'operator')
    expect({ code: alone.code, stdout: alone.stdout }).toEqual({ code: 1, stdout: '' })
    const { secret, secretHash } = await json('keys', 'secret')
    const file = path.join(live.home, 'wayan.json')
    const signs = await json('identity', 'create', '--no-register', '--person', 'wayan', '--identity', file)
    const of = ['--person', 'wayan', '--role', 'operator', '--secret-hash', secretHash, '--reason', 'new in the team']
    const key = ['--public-key', signs.publicKey, '--possession', signs.possession]
    const { id } = await json('keys', 'propose', ...of, ...key)
    expect((await run('participants', 'list', ...programme, '--key', secret)).code).toBe(1)
    expect((await run('approvals', 'approve', id)).code).toBe(0)
    expect((await run('participants', 'list', ...programme, '--key', secret)).code).toBe(0)
    const grant = ['keys', 'grant', '--person', 'wayan', '--role', 'approver', '--reason', 'promoted']
    const { id: granted } = await json(...grant, '--public-key', signs.publicKey)
    expect(await json('approvals', 'approve', granted)).toMatchObject({ act: 'role-grant', state: 'executed' })
  })
})

test('every command of the runbook of payout runs does what it says', () => runbookOfRuns(live, commands))

test('every command of the runbook of accounts does what it says', async () => {
  const steps = stepsOn(live)
  const [REF = ''] = await steps.admit(peopleWith(1, '16', '2'))
  await steps.train(REF)
  await until(
    'the wallet must be upgraded',
    async () => (await steps.see(REF)).attention?.code === 'waiting-for-upgrade',
  )
  const [listed, shown, accounts, checked, held, released] = await runAll('docs/runbooks/accounts.md', { REF })
  expect(listed).toMatch(new RegExp(`${REF} .* waiting-for-upgrade .* participant`))
  expect(shown).toMatch(
    /Job-search incentive: Have the wallet verified .*\(participant; until .*, then lapse; by itself on .*\)/,
  )
  expect(accounts).toMatch(/WHY +LINKED +USABLE FROM +LAST CHECK +PAYOUTS\n.* failed +wallet-not-upgraded .* 1\n/)
  expect([checked, held, released]).toEqual(['It is being asked about.\n', 'On hold.\n', 'Released.\n'])
  const asked = async () => (await json('accounts', 'list', REF, ...programme)).data[0].checks.length > 0
  await until('the gateway was asked', asked)
})

describe('lunas discrepancies and reviews', () => {
  test('every command of its runbook does what it says', async () => {
    expect((await run('discrepancies', 'list')).stdout).toBe('Nothing differs.\n')
    const day = await statementOfToday(live)
    const { data } = await json('discrepancies', 'list')
    const named = { DAY: day, DISCREPANCY: data[0]?.id, CREDIT: data[1]?.id }
    const said = await runAll('docs/runbooks/discrepancies.md', named)
    expect(said[0]).toContain('unreferenced-credit')
    expect(said[3]).toContain(`account of ${day} at sandbox`)
    expect(said[4]).toContain(`sandbox, ${day}: version 1, 2 lines, complete, settled`)
    expect(said[5]).toContain(`${day},1,true,unreferenced-credit,1,1,700,700,IDR`)
    expect(said.slice(-4, -2).map((text) => text.split('\n')[0])).toEqual(['sari looks after it.', 'It is explained.'])
    expect(said.at(-1)).toContain('executed')
    expect(await json('discrepancies', 'show', data[1]?.id)).toMatchObject({ resolution: 'to-treasury' })
  })

  test('every command of the runbook of reviews does what it says', async () => {
    const { data } = await json('reviews', 'list')
    const PAYOUT = await receivable(live, { json, run })
    const told = await runAll('docs/runbooks/reviews.md', { DISBURSEMENT: data[0]?.disbursement, PAYOUT })
    expect(told[2]).toContain('alarm: other-account')
    expect(told[6]).toContain(PAYOUT)
    expect((await run('reviews', 'list')).stdout).toBe('Nothing is under review.\n')
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
    const environment = { LUNAS_DATA_DIR: path.join(live.home, 'nothing'), LUNAS_PORT: '39871' }
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
