import { expect, test } from 'vitest'
import { ROOMS } from '../support/house/imports.ts'
import { readHouse } from '../support/house/source.ts'
import { readDocument, tableUnder } from '../support/markdown.ts'

const document = readDocument('docs/architecture.md')
const words = (cell = ''): string[] => cell.split(' ').filter((word) => word !== '')

test('the import table of the architecture page is the one that is enforced', () => {
  const written = tableUnder(document, 'Who may import whom').map(([who, may, types]) => [
    who,
    words(may),
    words(types),
  ])
  const enforced = Object.entries(ROOMS).map(([who, { values, types }]) => [who, [...values], [...(types ?? [])]])
  expect(written).toEqual(enforced)
})

test('the architecture page shows every room and no other', () => {
  const shown = tableUnder(document, 'Rooms').map(([room = '']) => room.replace(/\/$/, ''))
  const code = readHouse().filter(({ path }) => /\.(ts|mjs|prisma|csv)$/.test(path))
  const rooms = new Set(code.flatMap(({ path }) => /^([^/]+)\//.exec(path)?.slice(1) ?? []))
  expect(shown.toSorted()).toEqual([...rooms].toSorted())
})
