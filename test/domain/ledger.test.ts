import { describe, expect, it, test } from 'vitest'
import { isDebitNormal, LEDGER_EVENTS, postingsFor, type LedgerEvent } from '../../domain/ledger.ts'

const AMOUNT = 60_000_000n

function lines(event: LedgerEvent): string[] {
  return postingsFor(event, AMOUNT, 'sandbox').map(({ debit, credit }) => `${debit} <- ${credit}`)
}

/** Balances as people read them: what each account holds after these events. */
function balances(...events: readonly LedgerEvent[]): Record<string, bigint> {
  const found = new Map<string, bigint>()
  const add = (account: string, amount: bigint): void => {
    found.set(account, (found.get(account) ?? 0n) + (isDebitNormal(account) ? amount : -amount))
  }
  for (const event of events) {
    for (const posting of postingsFor(event, AMOUNT, 'sandbox')) {
      add(posting.debit, posting.amount)
      add(posting.credit, -posting.amount)
    }
  }
  return Object.fromEntries([...found].filter(([, balance]) => balance !== 0n))
}

describe('the chart', () => {
  test.each<[LedgerEvent, string[]]>([
    ['appropriated', ['budget:appropriation <- budget:available']],
    ['committed', ['budget:available <- budget:committed']],
    ['obligated', ['budget:committed <- budget:obligated', 'funds:treasury <- funds:payable']],
    ['claimed', ['funds:payable <- funds:clearing:sandbox']],
    ['paid', ['budget:obligated <- budget:disbursed', 'funds:clearing:sandbox <- funds:float:sandbox']],
  ])('%s', (event, rows) => {
    expect(lines(event)).toEqual(rows)
  })

  it('never mixes budget and funds in one posting', () => {
    for (const event of LEDGER_EVENTS) {
      for (const { debit, credit } of postingsFor(event, AMOUNT, 'sandbox')) {
        expect(debit.split(':')[0]).toBe(credit.split(':')[0])
        expect(debit).not.toBe(credit)
      }
    }
  })
})

describe('the books of one tranche', () => {
  const PROMISED: readonly LedgerEvent[] = ['appropriated', 'committed']
  const OWED: readonly LedgerEvent[] = [...PROMISED, 'funded', 'obligated']
  const AT_REST = {
    'budget:appropriation': AMOUNT,
    'budget:obligated': AMOUNT,
    'funds:payable': AMOUNT,
    'funds:float:sandbox': AMOUNT,
  }
  const PAID = { 'budget:appropriation': AMOUNT, 'budget:disbursed': AMOUNT }

  it('owed: the treasury owes it to the person', () => {
    expect(balances(...OWED)).toEqual(AT_REST)
  })

  it('claimed: it is on its way, and owed to nobody else', () => {
    expect(balances(...OWED, 'claimed')).toEqual({
      'budget:appropriation': AMOUNT,
      'budget:obligated': AMOUNT,
      'funds:clearing:sandbox': AMOUNT,
      'funds:float:sandbox': AMOUNT,
    })
  })

  it('paid: the budget has spent it and the float has gone', () => {
    expect(balances(...OWED, 'claimed', 'paid')).toEqual(PAID)
  })

  it('failed: as if it had never been sent', () => {
    expect(balances(...OWED, 'claimed', 'voided')).toEqual(AT_REST)
  })

  it('returned: owed again, the float is back', () => {
    expect(balances(...OWED, 'claimed', 'paid', 'returned')).toEqual(AT_REST)
  })

  it('returned and paid once more: spent once', () => {
    expect(balances(...OWED, 'claimed', 'paid', 'returned', 'claimed', 'paid')).toEqual(PAID)
  })

  it('cancelled: reserved for the person as before', () => {
    expect(balances(...OWED, 'cancelled')).toEqual(balances(...PROMISED, 'funded'))
  })

  it('lapsed: it can be spent on nobody', () => {
    expect(balances(...OWED, 'lapsed')).toMatchObject({ 'budget:lapsed': AMOUNT })
    expect(balances(...OWED, 'lapsed')['funds:payable']).toBeUndefined()
  })

  it('a promise given back leaves the whole appropriation available', () => {
    expect(balances(...PROMISED, 'decommitted')).toEqual(balances('appropriated'))
    expect(balances('appropriated', 'disappropriated')).toEqual({})
  })
})

describe('what cannot be posted', () => {
  it('an amount that moves nothing', () => {
    expect(() => postingsFor('paid', 0n, 'sandbox')).toThrow(RangeError)
    expect(() => postingsFor('paid', -1n, 'sandbox')).toThrow(RangeError)
  })

  it('money at a gateway nobody named', () => {
    expect(() => postingsFor('claimed', AMOUNT)).toThrow('needs a gateway')
    expect(postingsFor('obligated', AMOUNT)).toHaveLength(2)
  })
})
