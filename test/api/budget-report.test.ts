/** The budget of a fiscal year over HTTP: as JSON, as comma separated values and as a sheet, with the same sums; and its end. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { engineActor } from '../../domain/act.ts'
import { setAppropriation } from '../../store/budgets.ts'
import { inTransaction } from '../../store/database.ts'
import { buildTestApp, demoProgramme, get, type TestApi } from '../support/api.ts'
import { admitted, claimed, openWave, refusedWith, trained } from '../support/api-lives.ts'
import { agreed, personOf, propose, type ApiPerson } from '../support/api-people.ts'
import { sheetOf } from '../support/xlsx.ts'
import { finishYears } from '../support/years.ts'

let api: TestApi
let key: string
let dewi: ApiPerson
let budi: ApiPerson
beforeAll(async () => {
  api = await buildTestApp()
  await api.publish(demoProgramme())
  key = await api.keyFor(['registrar', 'operator', 'administrator', 'institution'])
  dewi = await personOf(api, 'administrator')
  budi = await personOf(api, 'approver')
  await openWave(api, key)
  await openWave(api, key, 'G02')
  await admitted(api, key)
  await trained(api, key, 'G02')
  await claimed(api, key, 'G02')
})
afterAll(() => api.close())

const url = '/v1/programmes/demo/budget-report?fiscalYear=2026'
const COLUMNS = ['committed', 'obligated', 'inFlight', 'paid', 'lapsed', 'carriedOver'] as const
const minor = (row: any, column: string): bigint => BigInt(row[column].minor)
const file = async (format: string) =>
  api.app.inject({ url: `${url}&format=${format}`, headers: { authorization: `Bearer ${budi.key}` } })

describe('a budget report', () => {
  it('adds up: the columns to the waves, the waves to the year', async () => {
    const { status, body } = await get(api.app, url, budi.key)
    expect(status).toBe(200)
    expect(body).toMatchObject({
      programme: 'demo',
      fiscalYear: 2026,
      yearEnd: null,
      appropriations: [{ number: 'DIPA' }],
    })
    expect(body.waves.map(({ wave, decree, people }: any) => [wave, decree, people])).toEqual([
      ['G01', 'SK-DEMO-1', 1],
      ['G02', 'SK-DEMO-1', 2],
    ])
    for (const row of [...body.waves, body.total]) {
      expect(COLUMNS.reduce((sum, column) => sum + minor(row, column), 0n)).toBe(minor(row, 'reserved'))
    }
    for (const column of [...COLUMNS, 'reserved']) {
      expect(body.waves.reduce((sum: bigint, row: any) => sum + minor(row, column), 0n)).toBe(minor(body.total, column))
    }
    expect(minor(body.total, 'available') + minor(body.total, 'reserved')).toBe(minor(body.total, 'appropriated'))
    expect(minor(body.total, 'inFlight')).toBe(60_000_000n)
    expect(minor(body.total, 'obligated')).toBe(60_000_000n)
  })

  it('has the same sums as comma separated values and as a sheet', async () => {
    const { body } = await get(api.app, url, budi.key)
    const csv = await file('csv')
    expect(csv.headers['content-type']).toBe('text/csv; charset=utf-8')
    expect(csv.headers['content-disposition']).toBe('attachment; filename="budget-demo-2026.csv"')
    const lines = csv.body
      .trimEnd()
      .split('\r\n')
      .map((line) => line.split(','))
    const xlsx = await file('xlsx')
    expect(xlsx.headers['content-type']).toBe('application/vnd.openxmlformats-officedocument.spreadsheetml.sheet')
    const cells = sheetOf(xlsx.rawPayload, 1)
    expect(cells.map(([name]) => name)).toEqual(['wave', 'G01', 'G02', 'total'])
    for (const [index, row] of [...body.waves, body.total].entries()) {
      for (const column of [...COLUMNS, 'reserved', 'returned']) {
        const at = lines[0]?.indexOf(column) ?? -1
        expect(BigInt(lines[index + 1]?.[at] ?? '-1')).toBe(minor(row, column))
        expect(cells[0]?.[at]).toBe(column)
        expect(Number(cells[index + 1]?.[at]) * 100).toBe(Number(minor(row, column)))
      }
    }
    expect(sheetOf(xlsx.rawPayload, 2)[1]?.slice(0, 3)).toEqual(['appropriation', demoProgramme().budgetLine, 'DIPA'])
  })

  it('is asked for by the Accept header too, and refused for a year without money', async () => {
    const accept = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'
    const sheet = await api.app.inject({ url, headers: { authorization: `Bearer ${budi.key}`, accept } })
    expect(sheet.headers['content-type']).toBe(accept)
    await refusedWith(api, 'not-found', () => get(api.app, url.replace('2026', '2031'), budi.key))
  })
})

describe('the end of a fiscal year', () => {
  const end = { act: 'year-end', content: { programme: 'demo', fiscalYear: 2026, document: 'ND-12/2026' } }

  it('is refused until the year is over and the next one can take over what is open, then done and told', async () => {
    api.clock.nowMs = Date.parse('2026-11-30T16:00:00Z')
    expect((await propose(api, dewi, end)).body.code).toBe('year-not-over')
    api.clock.nowMs = Date.parse('2026-12-28T03:00:00Z')
    expect((await propose(api, dewi, end)).body.code).toBe('next-year-missing')
    const next = { programme: await api.store.programmes.current('demo'), fiscalYear: 2027, number: 'DIPA-27' }
    const appropriate = (amount: bigint) =>
      inTransaction(api.store.context.database, (sql) =>
        setAppropriation(sql, { ...next, amount }, engineActor(), api.clock.nowMs),
      )
    await appropriate(1n)
    expect((await propose(api, dewi, end)).body.code).toBe('budget-exceeded')
    await appropriate(100_000_000_000n)
    expect((await agreed(api, [dewi, budi], end)).state).toBe('executed')
    expect((await propose(api, dewi, end)).body.code).toBe('year-ending')
    expect((await get(api.app, '/v1/programmes/demo/year-ends', budi.key)).body.data).toMatchObject([
      { state: 'frozen' },
    ])
    await finishYears(api.store, api.clock.nowMs)
    const [ended] = (await get(api.app, '/v1/programmes/demo/year-ends', budi.key)).body.data
    expect(ended).toMatchObject({
      fiscalYear: 2026,
      state: 'closed',
      lapsed: 1,
      lapsedAmount: '60000000',
      refusal: null,
    })
    const { total, yearEnd } = (await get(api.app, url, budi.key)).body
    expect(yearEnd).toBe('closed')
    expect(total).toMatchObject({ committed: { minor: '0' }, obligated: { minor: '0' }, inFlight: { minor: '0' } })
    expect(minor(total, 'carriedOver').toString()).toBe(ended.carriedAmount)
    const after = (await get(api.app, url.replace('2026', '2027'), budi.key)).body
    expect(minor(after.total, 'carriedIn').toString()).toBe(ended.carriedAmount)
    expect(minor(after.total, 'inFlight')).toBe(60_000_000n)
  })
})
