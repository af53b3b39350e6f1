import { expect, test } from 'vitest'
import { reached } from '../../api/plugins/serializers.ts'

const NAMED = {
  Money: { $id: 'Money', type: 'object' },
  Payout: { $id: 'Payout', properties: { amount: { $ref: 'Money#' }, next: { anyOf: [{ $ref: 'Payout#' }] } } },
  Page: { $id: 'Page', items: { $ref: 'Payout#' } },
  Wave: { $id: 'Wave' },
}

test('a serializer is made with what its answer reaches, however deep, and with nothing else', () => {
  const answer = { type: 'array', items: { $ref: 'Page#' } }
  expect(Object.keys(reached(answer, NAMED)).toSorted()).toEqual(['Money', 'Page', 'Payout'])
  expect(reached({ $ref: 'Wave#/properties/code' }, NAMED)).toEqual({ Wave: NAMED.Wave })
})

test('what is no name of ours is left to whoever makes the serializer', () => {
  expect(reached({ properties: { own: { $ref: '#/definitions/x' }, odd: { $ref: 'toString#' } } }, NAMED)).toEqual({})
})
