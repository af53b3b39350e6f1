/** The README's example, sent as it is written there. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { buildTestApp, demoProgramme, send, type TestApi } from '../support/api.ts'
import { commandsIn, readDocument } from '../support/markdown.ts'

const readme = readDocument('README.md')
let api: TestApi

beforeAll(async () => {
  api = await buildTestApp()
  await api.publish(demoProgramme())
})
afterAll(() => api.close())

/** What curl would send. */
function requestOf(command: string): { url: string; headers: Record<string, string>; payload: string } {
  const headers = [...command.matchAll(/-H (["'])(.+?)\1/g)].map(
    ([, , header = '']) => header.split(': ') as [string, string],
  )
  const url = /https?:\/\/[^/ ]+(\/\S*)/.exec(command)?.[1] ?? ''
  const payload = /-d '([^']+)'/.exec(command)?.[1] ?? ''
  return { url, headers: Object.fromEntries(headers.map(([name, value]) => [name.toLowerCase(), value])), payload }
}

test('the README registers a person as written, gets the answer it shows, and twice the same', async () => {
  const command = commandsIn(readme).find((line) => line.startsWith('curl')) ?? ''
  const { url, headers, payload } = requestOf(command)
  const key = await api.keyFor(['registrar'])
  const authorization = (headers['authorization'] ?? '').replace('$KEY', key)
  const options = { method: 'POST', url, headers: { ...headers, authorization }, payload } as const

  const answer = await send(api.app, options)
  expect(answer.status).toBe(201)
  const shown = JSON.parse(/```json\n([\s\S]*?)```/.exec(readme)?.[1] ?? '') as Record<string, unknown> & {
    ref: string
  }
  const { ref } = answer.body as { ref: string }
  const { links, ...rest } = JSON.parse(JSON.stringify(shown).replaceAll(shown.ref, ref)) as {
    links: Record<string, string>
  }
  expect(answer.body).toMatchObject(rest)
  expect(answer.body.links).toEqual({ ...links, temporal: expect.stringContaining(ref) as string })

  expect((await send(api.app, options)).body).toEqual(answer.body)
  const people = await api.rows<{ count: bigint }>('SELECT count(*) AS count FROM participant')
  expect(people).toEqual([{ count: 1n }])
})
