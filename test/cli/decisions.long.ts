/** Decisions of two people and the pages about them, as operators follow them beside a running stack. */
import { statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Follow } from '../../local/demo/lives.ts'
import { writeRunning } from '../../local/running.ts'
import { openLiveStack, until } from '../support/e2e.ts'
import { commandsBeside } from '../support/e2e-live-commands.ts'
import { peopleWith } from '../support/e2e-people.ts'
import { stepsOn } from '../support/e2e-steps.ts'
import { accountFile, forgottenPayments, receivable, statementOfToday } from '../support/e2e-money.ts'
import { runbookOfRuns } from '../support/e2e-runs.ts'
import { runbookOfYearEnd } from '../support/e2e-years.ts'
import { referenceOf } from '../support/lost-time.ts'
import { disbursementOf } from '../support/world.ts'

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
    expect(said[4]).toContain(`account of ${day} at sandbox`)
    expect(said[5]).toContain(`sandbox, ${day}: version 1, 2 lines, complete, settled`)
    expect(said[6]).toContain(`${day},1,true,unreferenced-credit,1,1,700,700,IDR`)
    expect(said.slice(-4, -2).map((text) => text.split('\n')[0])).toEqual(['sari looks after it.', 'It is explained.'])
    expect(said.at(-1)).toContain('executed')
    expect(await json('discrepancies', 'show', data[1]?.id)).toMatchObject({ resolution: 'to-treasury' })
  })

  test('every command of the runbook of reviews does what it says', async () => {
    const { data } = await json('reviews', 'list')
    const PAYOUT = await receivable(live, { json, run })
    const told = await runAll('docs/runbooks/reviews.md', { DISBURSEMENT: data[0]?.disbursement, PAYOUT })
    expect(told[3]).toContain('alarm: other-account')
    expect(told[7]).toContain(PAYOUT)
    expect((await run('reviews', 'list')).stdout).toBe('Nothing is under review.\n')
  })
})

test('what a restored database has forgotten waits for two people, who name what they have seen', async () => {
  const steps = stepsOn(live)
  const refs = await steps.admit(peopleWith(2))
  const [tranche] = live.programme.tranches
  const keys = refs.map((ref) => disbursementOf(ref, tranche?.code, live.programme.code))
  const [one = '', other = ''] = keys
  const [stray = '', another = ''] = await forgottenPayments(live, keys)
  for (const ref of refs) await steps.train(ref)
  const isAsked = async () => (await json('reviews', 'list')).data.length === 2
  await until('both are under review', isAsked)
  expect((await run('reviews', 'show', one)).stdout).toMatch(
    new RegExp(`\\(paid-in-lost-time\\)\n  may be its payment: .*, reference ${referenceOf(one, 1)} \\(${stray}\\)\n$`),
  )
  const why = ['--reason', 'the bank names the payee']
  const counting = await json('reviews', 'propose', one, '--stray', stray, '--finding', 'paid', ...why)
  expect(counting.content).toMatchObject({ stray, payout: `${one}#1`, finding: 'paid' })
  const paying = await json('reviews', 'propose', other, '--next', 'pay-again', ...why)
  expect(paying.content).toMatchObject({ strays: [another], payout: null, next: 'pay-again' })
  for (const { id } of [counting, paying])
    expect(await json('approvals', 'approve', id)).toMatchObject({ state: 'executed' })
  const seen = await json('participants', 'show', refs[0] ?? '', ...programme)
  expect(seen.tranches[0].disbursement).toMatchObject({ key: one, state: 'paid' })
  expect(await json('discrepancies', 'show', stray)).toMatchObject({ resolution: 'corrected' })
  expect((await run('reviews', 'list')).stdout).toBe('Nothing is under review.\n')
})

test('every command of the runbook of deductions does what it says', async () => {
  const steps = stepsOn(live)
  const [REF = ''] = await steps.admit(peopleWith(1))
  const [first, second] = live.programme.tranches
  await steps.train(REF)
  await steps.disbursement(REF, first?.code ?? '', 'paid')
  // Nothing is under way to who is on hold.
  await steps.act(REF, 'hold', { reason: 'paid in error' })
  const PAYOUT = await receivable(live, commands, REF)
  await steps.answer(REF)
  const owed = async () => (await json('participants', 'show', REF, ...programme)).tranches[1].disbursement
  await until('the next is owed', async () => (await owed())?.state === 'released')
  const DISBURSEMENT = disbursementOf(REF, second?.code, live.programme.code)
  const told = await runAll('docs/runbooks/deductions.md', { REF, DISBURSEMENT, PAYOUT })
  expect(told[4]).toContain(DISBURSEMENT)
  expect(told.at(-1)).toContain(PAYOUT)
  expect(await owed()).toMatchObject({ deducted: { minor: '2100000' } })
})

test('every command of the runbook of the year end does what it says', () => runbookOfYearEnd(live, commands))
