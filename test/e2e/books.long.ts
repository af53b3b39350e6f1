/** The two lines the demo ends with, told of real money and real books: what is planted in either must be seen. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { verdictText } from '../../local/demo/report.ts'
import type { Follow } from '../../local/demo/lives.ts'
import { dayOf } from '../../sandbox/statement.ts'
import { openLiveStack, until, type LiveStack } from '../support/e2e.ts'
import { startCommand } from '../support/e2e-command.ts'
import { peopleWith } from '../support/e2e-people.ts'

let live: LiveStack
let lives: readonly Follow[]

beforeAll(async () => {
  live = await openLiveStack()
  lives = await live.settle(peopleWith(2))
})
afterAll(() => live.close())

async function lines(): Promise<string[]> {
  return verdictText(await live.books()).split('\n')
}

/** An auditor beside the stack, who has what its owner can tell. */
async function audit(): Promise<{ readonly code: number | null; readonly findings: unknown; readonly lines: number }> {
  const args = ['run', '-s', 'audit', '--', '--stack', live.stack.dataDir, '--without', 'programmes', '--json']
  const { code, stdout, stderr } = await startCommand('npm', args).ended
  if (code === 2) throw new Error(stderr)
  const told = JSON.parse(stdout) as { findings: unknown; checked: Record<string, number> }
  return { code, findings: told.findings, lines: told.checked['statement lines'] ?? 0 }
}

test('an auditor finds nothing while people are paid, nor in what the gateway tells afterwards', async () => {
  const paying = live.settle([...peopleWith(4), ...peopleWith(2, '20', '2')])
  const during = [await audit(), await audit()]
  await paying
  expect(during).toMatchObject([
    { code: 0, findings: [] },
    { code: 0, findings: [] },
  ])
  const day = dayOf(Date.now())
  const headers = { authorization: `Bearer ${live.sandbox.apiKey}`, 'content-type': 'application/json' }
  await fetch(`${live.sandbox.url}/admin/days/close`, { method: 'POST', headers, body: JSON.stringify({ day }) })
  const after = await audit()
  expect(after).toMatchObject({ code: 0, findings: [] })
  expect(after.lines).toBeGreaterThan(8)
})

test('people who were paid what is owed leave books that balance', async () => {
  expect(await lines()).toEqual(['paid twice: 0', 'books balance: yes'])
})

test('a posting that is lost is told, and found again when it is back', async () => {
  const [lost] = await live.rows<{ id: string }>(
    `SELECT id::text FROM posting WHERE credit = 'budget:disbursed' ORDER BY id LIMIT 1`,
  )
  // Nobody can delete a posting but a superuser who first puts its guards to sleep.
  await expect(live.rows('DELETE FROM posting WHERE id = $1', [lost?.id])).rejects.toThrow()
  const hide = (state: 'DISABLE' | 'ENABLE'): Promise<unknown> => live.rows(`ALTER TABLE posting ${state} TRIGGER ALL`)
  await live.rows('CREATE TABLE kept_posting AS SELECT * FROM posting WHERE id = $1', [lost?.id])
  await hide('DISABLE')
  try {
    await live.rows('DELETE FROM posting WHERE id = $1', [lost?.id])
    expect(await lines()).toEqual([
      'paid twice: 0',
      'books balance: no',
      expect.stringMatching(/^ {2}budget:disbursed against its rows: \d+ is not \d+$/),
      expect.stringMatching(/^ {2}budget:obligated against its rows: /),
      expect.stringMatching(/^ {2}budget disbursed against the gateway's journal: /),
      expect.stringMatching(/^ {2}budget disbursed against paid disbursements: /),
    ])
    await live.rows('INSERT INTO posting SELECT * FROM kept_posting')
  } finally {
    await hide('ENABLE')
    await live.rows('DROP TABLE kept_posting')
  }
  expect(await lines()).toEqual(['paid twice: 0', 'books balance: yes'])
})

test('a payout that the gateway made beside us is told: somebody was paid twice', async () => {
  const account = lives[0]?.person.registration.account
  const answer = await fetch(`${live.sandbox.url}/payouts`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${live.sandbox.apiKey}`,
      'idempotency-key': 'planted',
      'content-type': 'application/json',
    },
    body: JSON.stringify({
      reference: 'PLANTED000000001',
      amount: '60000000',
      currency: 'IDR',
      institution: account?.institution,
      account: account?.number,
      holder: account?.holder,
    }),
  })
  expect(answer.status, await answer.text()).toBeLessThan(300)
  await until('it is paid', async () => (await live.books()).paidTwice > 0)
  expect(await lines()).toEqual([
    'paid twice: 1',
    'books balance: no',
    expect.stringMatching(/^ {2}budget disbursed against the gateway's journal: \d+ is not \d+$/),
    expect.stringMatching(/^ {2}float against the balance at the gateway: /),
    `  ${lives[0]?.ref} received more than is owed`,
  ])
})
