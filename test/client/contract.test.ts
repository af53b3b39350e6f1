/** The committed contract is the one the API has: whoever changes the API sees it in the diff. */
import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { clientTypes, openApiDocument } from '../../main/client.ts'

const committed = (name: string) => readFileSync(new URL(`../../client/${name}`, import.meta.url), 'utf8')

it('client/openapi.json and client/schema.ts are what `npm run client` makes now', async () => {
  const document = await openApiDocument()
  expect(JSON.parse(committed('openapi.json'))).toEqual(JSON.parse(JSON.stringify(document)))
  expect(committed('schema.ts')).toBe(await clientTypes(document))
})
