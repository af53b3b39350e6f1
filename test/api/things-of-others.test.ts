/** Who has no part in a programme does not learn from a refused proposal which things it has. */
import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { dayOf } from '../../sandbox/statement.ts'
import { buildTestApp, demoProgramme, get, post, type TestApi } from '../support/api.ts'
import { openWave } from '../support/api-lives.ts'
import { personOf, propose, type ApiPerson } from '../support/api-people.ts'
import { credit, loadInto, settleIn } from '../support/statements.ts'

let api: TestApi
let wide: ApiPerson
let elsewhere: ApiPerson
beforeAll(async () => {
  api = await buildTestApp()
  await api.publish(demoProgramme())
  await api.publish(demoProgramme('other'))
  await openWave(api, await api.keyFor(['operator', 'administrator']))
  wide = await personOf(api, 'operator')
  elsewhere = await personOf(api, { role: 'operator', programme: 'other' })
})
afterAll(() => api.close())

const RUN = 'demo:20261126-1'
async function run(): Promise<string> {
  await api.rows(
    `INSERT INTO payout_run (key, programme, id, programme_version, state, cut_off, lines, amount, fees, currency, hash,
                             collected_at, collected_by)
     SELECT $1, programme, '20261126-1', version, 'collecting', now(), 1, 1, 0, 'IDR', sha256('x'), now(), 'sari'
       FROM programme_version WHERE programme = 'demo' ON CONFLICT DO NOTHING`,
    [RUN],
  )
  return RUN
}
async function message(state = 'dead'): Promise<string> {
  const id = randomUUID()
  await api.rows(
    `INSERT INTO message (id, programme, ref, kind, priority, state, deliver_after)
     VALUES ($1, 'demo', '0000000000000', 'sweep', 5, $2, now())`,
    [id, state],
  )
  return id
}
async function freeze(): Promise<string> {
  const target = { scope: 'programme', programme: 'demo', reason: 'a wrong list' }
  return (await post(api.app, '/v1/freezes', wide.key, target)).body.id
}
async function discrepancy(): Promise<string> {
  const day = dayOf(api.clock.nowMs)
  const dates = { rawDate: `${day}T12:00:00+07:00`, valueDate: day, businessDate: day }
  const { id } = await loadInto(api.store, [credit('c1', dates)], { day }, api.clock.nowMs)
  await settleIn(api.store, id, api.clock.nowMs)
  return (await get(api.app, '/v1/discrepancies', wide.key)).body.data[0].id
}

const released = { hash: '0'.repeat(64), lines: 1, amount: { minor: '1', currency: 'IDR' } }
const ABOUT: readonly [string, () => Promise<string>, string, (id: string) => { act: string; content: object }][] = [
  ['a run to release', run, 'demo:20261126-9', (id) => ({ act: 'run-release', content: { run: id, ...released } })],
  ['a run to abort', run, 'demo:20261126-9', (id) => ({ act: 'run-abort', content: { run: id } })],
  ['a dead message', message, randomUUID(), (id) => ({ act: 'redrive', content: { message: id } })],
  [
    'a message that waits',
    () => message('pending'),
    randomUUID(),
    (id) => ({ act: 'redrive', content: { message: id } }),
  ],
  ['a freeze', freeze, randomUUID(), (id) => ({ act: 'freeze-lift', content: { freeze: id } })],
  [
    'a discrepancy',
    discrepancy,
    randomUUID(),
    (id) => ({
      act: 'discrepancy-resolution',
      content: { discrepancy: id, difference: '700', resolution: 'to-treasury' },
    }),
  ],
]

describe('what another programme has', () => {
  it.each(ABOUT)('is answered as if it were not there: %s', async (_name, make, nowhere, about) => {
    const id = await make()
    const answerTo = async (of: string, by: ApiPerson) => {
      const { act, content } = about(of)
      const { status, body } = await propose(api, by, { act, content: content as Record<string, unknown> })
      return [status, body.code, String(body.detail).replace(of, '…')]
    }
    expect(await answerTo(id, elsewhere)).toEqual(await answerTo(nowhere, elsewhere))
    expect((await answerTo(id, elsewhere))[1]).toBe('not-found')
    expect((await answerTo(id, wide))[1]).not.toBe('not-found')
    // A service proposes nothing, whatever it is about.
    const service = { ...elsewhere, key: await api.keyFor(['operator'], 'other') }
    expect(await answerTo(id, service)).toEqual(await answerTo(nowhere, service))
  })

  it('is locked by no proposal of others', async () => {
    const id = await message()
    const holder = new pg.Client({ connectionString: api.database.super })
    await holder.connect()
    await holder.query('BEGIN')
    await holder.query('SELECT FROM message WHERE id = $1 FOR UPDATE', [id])
    const put = { act: 'redrive', content: { message: id } }
    const answered = await Promise.race([
      propose(api, elsewhere, put).then(({ body }) => body.code as string),
      new Promise((resolve) => setTimeout(resolve, 5_000, 'waits for the lock')),
    ])
    await holder.end()
    expect(answered).toBe('not-found')
  })
})
