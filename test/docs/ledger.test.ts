import { expect, test } from 'vitest'
import { CONTROL_ACCOUNTS, isDebitNormal, LEDGER_EVENTS, postingsFor, type LedgerEvent } from '../../domain/ledger.ts'
import { cellsOf, readDocument, tableUnder } from '../support/markdown.ts'

const document = readDocument('docs/ledger.md')
const GATEWAY = '{gateway}'

test('the ledger page has the chart of accounts', () => {
  const rows = tableUnder(document, 'Accounts').map(([account, side]) => [account, side])
  expect(rows).toEqual(CONTROL_ACCOUNTS.map((account) => [account, isDebitNormal(account) ? 'debit' : 'credit']))
})

test('the ledger page has the rows of every event', () => {
  let event = ''
  const rows = tableUnder(document, 'Events').map(([name, debit, credit]) => [(event = name || event), debit, credit])
  const wanted = LEDGER_EVENTS.flatMap((name) =>
    postingsFor(name, 1n, GATEWAY).map(({ debit, credit }) => [name, debit, credit]),
  )
  expect(rows).toEqual(wanted)
})

test('the example of the ledger page adds up', () => {
  const heading = 'One tranche of Rp 600.000'
  const columns = headerOf(heading).slice(1)
  const balances = new Map<string, bigint>()
  for (const [after = '', ...shown] of tableUnder(document, heading)) {
    const [event = '', amount = ''] = after.split(' ')
    for (const posting of postingsFor(event as LedgerEvent, BigInt(amount), GATEWAY)) {
      add(balances, posting.debit, -posting.amount)
      add(balances, posting.credit, posting.amount)
    }
    const computed = columns.map((column) => balanceOf(balances, column).toString())
    expect([after, ...shown]).toEqual([after, ...computed])
    for (const family of ['budget:', 'funds:']) expect(sumOf(balances, family)).toBe(0n)
  }
})

function headerOf(heading: string): string[] {
  const lines = document.slice(document.indexOf(`## ${heading}`)).split('\n')
  return cellsOf(lines.find((line) => line.startsWith('|')) ?? '')
}

function add(balances: Map<string, bigint>, account: string, amount: bigint): void {
  balances.set(account, (balances.get(account) ?? 0n) + amount)
}

/** By the word of the example's columns: `clearing` is the account of the one gateway. */
function balanceOf(balances: ReadonlyMap<string, bigint>, column: string): bigint {
  const account = CONTROL_ACCOUNTS.find((name) => name.split(':')[1] === column)
  if (account === undefined) throw new Error(`no account ${column}`)
  const credit = balances.get(account) ?? 0n
  return isDebitNormal(account) ? -credit : credit
}

function sumOf(balances: ReadonlyMap<string, bigint>, family: string): bigint {
  return [...balances].reduce((sum, [account, amount]) => (account.startsWith(family) ? sum + amount : sum), 0n)
}
