import { expect, test } from 'vitest'
import { secondPayouts } from '../../chaos/live/second.ts'

const owners = new Map([
  ['A1', 'a'],
  ['A2', 'a'],
  ['B1', 'b'],
])
const happened = (...lines: string[]) =>
  lines.map((line, seq) => {
    const [kind = '', reference = ''] = line.split(' ')
    return { seq, kind, reference, id: `po_${reference}` }
  })

test('a payout that is sent while an earlier one of the same disbursement is live is found, whether that is paid or not', () => {
  const says = ['A2 was taken in for a while A1 was live']
  expect(secondPayouts(happened('accepted A1', 'accepted A2'), owners)).toEqual(says)
  expect(secondPayouts(happened('accepted A1', 'credited A1', 'accepted B1', 'accepted A2'), owners)).toEqual(says)
})

test('another attempt after a failure or a return is none', () => {
  expect(secondPayouts(happened('accepted A1', 'failed A1', 'accepted A2', 'credited A2'), owners)).toEqual([])
  expect(secondPayouts(happened('accepted A1', 'credited A1', 'returned A1', 'accepted A2'), owners)).toEqual([])
})

test('a failure that turns out to be a success is live again', () => {
  expect(secondPayouts(happened('accepted A1', 'failed A1', 'credited A1', 'accepted A2'), owners)).toHaveLength(1)
})
