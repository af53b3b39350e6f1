/** Whoever lives in a frozen region stays in it: one person's correction does not do what two must agree to. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { FreezeTarget } from '../../domain/freeze.ts'
import { placeFreeze } from '../../store/freezes.ts'
import { freeze, lift } from '../support/freezes.ts'
import { gate } from '../support/gate.ts'
import { disbursementOf, NOON, openWorld, OPERATOR, refusal, type World } from '../support/world.ts'

let world: World
beforeEach(async () => {
  world = await openWorld()
})
afterEach(() => world.close())

const region = (name: string): FreezeTarget => ({ scope: 'region', programme: 'swift', name })
const person = (ref: string) => ({ programme: 'swift', ref, reason: 'moved house' })
const move = (ref: string, to: string): Promise<unknown> =>
  world.act((acts) => acts.correct(person(ref), { region: to, phone: '+628111111111' }))
const regionOf = async (ref: string): Promise<string> =>
  (await world.one<{ region: string }>('SELECT region FROM participant WHERE ref = $1', [ref])).region

describe('a correction of the region', () => {
  it.each(['3204', '32'])(
    'is refused whole while the old one is frozen by %s, and goes through once it is lifted',
    async (name) => {
      const ref = await world.ready()
      const { freeze: placed } = await freeze(world, region(name))
      expect(await refusal(move(ref, '3171'))).toBe('region-frozen')
      expect(await regionOf(ref)).toBe('3204')
      expect(await world.count(`SELECT FROM audit_event WHERE ref = $1 AND act = 'corrected'`, [ref])).toBe(0)
      expect(await world.store.claims.draft(disbursementOf(ref), NOON)).toMatchObject({ kind: 'draft' })
      await expect(world.claim(disbursementOf(ref))).rejects.toThrow('parked: frozen')
      await lift(world, placed.id)
      await move(ref, '3171')
      expect(await regionOf(ref)).toBe('3171')
    },
  )

  it('is taken where the freeze reaches the new one as well, and where it is another’s', async () => {
    const ref = await world.ready()
    await freeze(world, region('32'))
    await freeze(world, region('3171'))
    await move(ref, '3275')
    expect(await regionOf(ref)).toBe('3275')
    await expect(world.claim(disbursementOf(ref))).rejects.toThrow('parked: frozen')
  })

  it('leaves everything else to be corrected while it is frozen, the same region included', async () => {
    const ref = await world.ready()
    await freeze(world, region('3204'))
    await world.act((acts) => acts.correct(person(ref), { phone: '+628111111111' }))
    await move(ref, '3204')
    expect(await regionOf(ref)).toBe('3204')
  })

  it('that is on its way is waited for by whoever freezes', async () => {
    const ref = await world.ready()
    const [corrected, ending] = [gate(), gate()]
    const slow = world.act(async (acts) => {
      await acts.correct(person(ref), { region: '3171' })
      corrected.open()
      await ending.opened
    })
    await corrected.opened
    const order: string[] = []
    const freezing = freeze(world, region('3204')).then(() => order.push('frozen'))
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect(order).toEqual([])
    order.push('corrected')
    ending.open()
    await Promise.all([slow, freezing])
    expect(order).toEqual(['corrected', 'frozen'])
    expect(await regionOf(ref)).toBe('3171')
  })

  it('waits for a freeze that is on its way, and is refused', async () => {
    const ref = await world.ready()
    const [placed, ending] = [gate(), gate()]
    const freezing = world.inSql(async (sql) => {
      await placeFreeze(sql, { target: region('3204'), cause: 'person', reason: 'a wrong list' }, OPERATOR, NOON)
      placed.open()
      await ending.opened
    })
    await placed.opened
    const moving = refusal(move(ref, '3171'))
    await new Promise((resolve) => setTimeout(resolve, 100))
    ending.open()
    await freezing
    expect(await moving).toBe('region-frozen')
    expect(await regionOf(ref)).toBe('3204')
  })
})
