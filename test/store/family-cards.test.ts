/** At most so many of one family card: each takes a place, the last of them once, and gives it back by leaving in time. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Problem } from '../../domain/problem.ts'
import type { Registration } from '../../domain/registration.ts'
import type { Store } from '../../store/index.ts'
import { registration, swiftProgramme } from '../support/builders.ts'
import { NOON, openStore, openWorld, OPERATOR, refusal, VAULT_KEYS, WAVE, type World } from '../support/world.ts'

const programme = swiftProgramme({ admission: { decreePrefix: 'SK', perFamilyCard: 2 } })

let world: World
let other: Store
beforeAll(async () => {
  world = await openWorld({ programme })
  other = openStore(world.database)
})
afterAll(async () => {
  await other.close()
  await world.close()
})

let cards = 0
const newCard = (): string => `3275010101${String((cards += 1)).padStart(6, '0')}`
const asked = (familyCardNumber: string, more: Partial<Registration> = {}) => ({
  actor: OPERATOR,
  atMs: NOON,
  idempotency: null,
  programme,
  registration: registration({ familyCardNumber, ...more }),
})

async function register(store: Store, ...requests: ReturnType<typeof asked>[]): Promise<string[]> {
  const results = await store.desk.registerAll(requests)
  return results.map((result) => (result instanceof Problem ? result.code : 'created'))
}

const one = (card: string, more?: Partial<Registration>) => register(world.store, asked(card, more))
const FULL = ['family-card-full']
const CREATED = ['created']

/** Registers two people of a card and answers with their references. */
async function couple(card: string): Promise<string[]> {
  return Promise.all([card, card].map((familyCardNumber) => world.register({ familyCardNumber })))
}

describe('the places of a family card', () => {
  it('are taken one after the other, and whoever finds none is refused at the field that says why', async () => {
    const card = newCard()
    await couple(card)
    const [third] = await world.store.desk.registerAll([asked(card)])
    expect(third).toMatchObject({
      code: 'family-card-full',
      message: '2 people of this family card take part already, and no more may',
      faults: [{ pointer: '/familyCardNumber', detail: 'no place of this family card is left' }],
    })
    expect(await one(newCard())).toEqual(CREATED)
    const looked = `SELECT FROM audit_event WHERE act = 'identity-looked-up' AND after = '{"by": "family-card"}'`
    expect(await world.count(looked)).toBe(1)
  })

  it('are not counted where the programme has no limit, nor kept', async () => {
    const free = await openWorld()
    try {
      const familyCardNumber = newCard()
      for (let count = 0; count < 4; count += 1) await free.register({ familyCardNumber })
      expect(await free.count('SELECT FROM participant WHERE family_card_index IS NOT NULL')).toBe(0)
    } finally {
      await free.close()
    }
  })

  it('are given out once when two processes register the last person at the same moment', async () => {
    for (let round = 0; round < 10; round += 1) {
      const card = newCard()
      expect(await one(card)).toEqual(CREATED)
      const both = await Promise.all([register(world.store, asked(card)), register(other, asked(card))])
      expect(both.flat().toSorted()).toEqual(['created', 'family-card-full'])
    }
  })

  it('are given out to as many as there are when many come at once, in batches that cross', async () => {
    const [left, right] = [newCard(), newCard()]
    const batches = Array.from({ length: 6 }, (_, at) => (at % 2 === 0 ? [left, right] : [right, left]))
    const results = await Promise.all(
      batches.map((batch, at) => register(at % 3 === 0 ? other : world.store, ...batch.map((card) => asked(card)))),
    )
    expect(results.flat().filter((result) => result === 'created')).toHaveLength(4)
    expect(results.flat().filter((result) => result === 'family-card-full')).toHaveLength(8)
  })

  it('are given out in the order of one batch; somebody who asks twice is told the same twice', async () => {
    const card = newCard()
    const late = registration()
    const again = (): ReturnType<typeof asked> => asked(card, { nationalId: late.nationalId })
    expect(await register(world.store, asked(card), asked(card), again(), again(), asked(newCard()))).toEqual([
      'created',
      'created',
      'family-card-full',
      'family-card-full',
      'created',
    ])
  })

  it('are not asked for by somebody who is registered already', async () => {
    const card = newCard()
    const { nationalId } = registration()
    expect(await register(world.store, asked(card, { nationalId }), asked(card))).toEqual(['created', 'created'])
    expect(await one(card, { nationalId })).toEqual(['participant-exists'])
    const next = newCard()
    await one(next)
    const both = await register(world.store, asked(next, { nationalId }), asked(next))
    expect(both).toEqual(['participant-exists', 'created'])
  })

  it('are given back by who is refused, and by who leaves before they are admitted', async () => {
    const card = newCard()
    const refused = await world.register({ familyCardNumber: card, occupation: 'soldier' })
    await world.register({ familyCardNumber: card })
    expect(await one(card)).toEqual(FULL)
    const { outcome } = await world.store.lives.screen(programme.code, refused, NOON)
    expect(outcome).toBe('refused')
    const third = await world.register({ familyCardNumber: card })
    expect(await one(card)).toEqual(FULL)
    await world.act((acts) => acts.withdraw({ programme: programme.code, ref: third, reason: 'moves abroad' }))
    expect(await one(card)).toEqual(CREATED)
    expect(await one(card)).toEqual(FULL)
  })

  it('are kept by who was admitted, whatever becomes of them', async () => {
    const card = newCard()
    const [admitted = ''] = await couple(card)
    await world.store.lives.screen(programme.code, admitted, NOON)
    await world.act((acts) => acts.admit({ programme: programme.code, wave: WAVE, decree: 'SK-9', refs: [admitted] }))
    await world.act((acts) => acts.withdraw({ programme: programme.code, ref: admitted, reason: 'found work' }))
    await world.advance(admitted)
    expect(await one(card)).toEqual(FULL)
  })
})

describe('a corrected family card number', () => {
  const correct = (ref: string, familyCardNumber: string) =>
    world.act((acts) =>
      acts.correct({ programme: programme.code, ref, reason: 'a digit was wrong' }, { familyCardNumber }),
    )

  it('takes a place of the right card and gives the other back', async () => {
    const [wrong, right] = [newCard(), newCard()]
    const [first = ''] = await couple(wrong)
    await correct(first, right)
    expect(await one(wrong)).toEqual(CREATED)
    expect([await one(right), await one(right)]).toEqual([CREATED, FULL])
    await correct(first, right)
    expect(await one(right)).toEqual(FULL)
  })

  it('of a card that is full is refused, and nothing is changed', async () => {
    const [full, own] = [newCard(), newCard()]
    await couple(full)
    const [first = ''] = await couple(own)
    expect(await refusal(correct(first, full))).toBe('family-card-full')
    expect(await one(own)).toEqual(FULL)
  })
})

describe('while keys rotate', () => {
  it('a card has as many places as before, whichever key its people were written under', async () => {
    const i2 = new Uint8Array(32).fill(9)
    const keys = (current: string) => ({
      ...VAULT_KEYS,
      identity: { current, keys: { ...VAULT_KEYS.identity.keys, i2 } },
    })
    const [before, after] = ['i1', 'i2'].map((current) => openStore(world.database, { keys: keys(current) }))
    if (!before || !after) throw new Error('two stores')
    try {
      const card = newCard()
      expect(await one(card)).toEqual(CREATED)
      const both = await Promise.all([register(before, asked(card)), register(after, asked(card))])
      expect(both.flat().toSorted()).toEqual(['created', 'family-card-full'])
      expect(await register(after, asked(card))).toEqual(FULL)
    } finally {
      await Promise.all([before.close(), after.close()])
    }
  })
})

it('the database itself refuses a second holder of a place, and a place that there is not', async () => {
  const card = newCard()
  const [first = '', second = ''] = await couple(card)
  const give = async (ref: string, place: number): Promise<string | undefined> => {
    const change = `UPDATE participant SET family_card_place = $2 WHERE ref = $1`
    return world.root.pool.query(change, [ref, place]).then(
      () => 'changed',
      (error: { code?: string }) => error.code,
    )
  }
  const { place } = await world.one<{ place: number }>(
    'SELECT family_card_place AS place FROM participant WHERE ref = $1',
    [first],
  )
  expect(await give(second, place)).toBe('23505')
  expect(await give(second, 3)).toBe('23514')
})
