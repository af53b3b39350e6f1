import { afterAll, beforeAll, expect, test } from 'vitest'
import { audit } from '../../auditor/audit.ts'
import { openDatabase } from '../../store/database.ts'
import { auditOptions } from '../support/audited.ts'
import { END, openCountry, type Country } from '../support/audited-life.ts'

let country: Country
beforeAll(async () => {
  country = await openCountry()
})
afterAll(() => country.world.close())

test('nothing is found in a country in which all has gone rightly, as the role that only reads', async () => {
  const own = openDatabase(country.world.database.audit, { max: 1, name: 'auditor' })
  const client = await own.pool.connect()
  try {
    const result = await audit(client, auditOptions(country.told, END))
    expect(result.findings).toEqual([])
    console.log(result.checked, result.notices)
    for (let i = 0; i < 2; i++) {
      let t = performance.now()
      await audit(client, {
        ...auditOptions(country.told, END),
        chain: false,
        onProgress: ({ name }) => {
          const n = performance.now()
          console.log(name, Math.round(n - t))
          t = n
        },
      })
    }
  } finally {
    client.release()
    await own.pool.end()
  }
})
