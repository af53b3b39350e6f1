/** Payout runs over HTTP: who collects, who agrees, who stops, and the result file. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { AHEAD, approvedProgramme } from '../support/runs.ts'
import { buildTestApp, demoProgramme, get, post, type TestApi } from '../support/api.ts'
import { openWave, refusedWith, trained } from '../support/api-lives.ts'
import { agreed, decide, personOf, propose, type ApiPerson } from '../support/api-people.ts'

let api: TestApi
let key: string
let sari: ApiPerson
let budi: ApiPerson
const reason = 'the decree names another account'
beforeAll(async () => {
  api = await buildTestApp()
  const { payment } = approvedProgramme()
  await api.publish({ ...demoProgramme(), payment })
  await api.publish(demoProgramme('other'))
  key = await api.keyFor(['registrar', 'operator', 'administrator', 'institution'])
  await openWave(api, key)
  sari = await personOf(api, 'operator')
  budi = await personOf(api, 'approver')
})
afterAll(() => api.close())

const collect = (body: object = {}) => post(api.app, '/v1/runs', sari.key, { programme: 'demo', ...body })
const at = (run: { run: string }, path = '') => `/v1/runs/${encodeURIComponent(run.run)}${path}`
const toRelease = ({ run, hash, lines, amount }: any) => ({ act: 'run-release', content: { run, hash, lines, amount } })
const act = (run: { run: string }, step: string, as = sari) => post(api.app, at(run, `/${step}`), as.key, { reason })

async function collected(): Promise<any> {
  await trained(api, key)
  const { body, status } = await collect()
  expect(status).toBe(201)
  return body
}

describe('a run', () => {
  it('is collected by one person, agreed to by another, and says what became of each line', async () => {
    const run = await collected()
    expect(run).toMatchObject({ state: 'collecting', lines: 1, approval: null, collectedBy: sari.person })
    expect((await agreed(api, [sari, budi], toRelease(run))).state).toBe('executed')
    const { body } = await get(api.app, at(run), budi.key)
    expect(body).toMatchObject({ state: 'approved', hash: run.hash })
    expect(Date.parse(body.approval.until)).toBe(api.clock.nowMs + 3 * 86_400_000)
    await api.store.runs.look(run.run, AHEAD, api.clock.nowMs)
    const lines = (await get(api.app, at(run, '/lines'), budi.key)).body.data
    expect(lines).toMatchObject([{ state: 'released', reason: null, tranche: 'incentive-1', amount: run.amount }])
    await act(run, 'pause')
    const report = (await get(api.app, at(run, '/report'), budi.key)).body
    expect(report).toMatchObject({
      run: { state: 'paused', stop: { by: sari.person, reason } },
      byGateway: [{ name: 'sandbox', lines: 1, amount: run.amount }],
      byOutcome: [{ name: 'collected', lines: 1 }],
    })
    const csv = await get(api.app, at(run, '/result?format=csv'), budi.key)
    expect(csv.headers['content-type']).toBe('text/csv; charset=utf-8')
    expect(String(csv.body).split('\n')[1]).toMatch(
      new RegExp(`^${run.run},demo:.*,60000000,IDR,sandbox,.*,collected,,`),
    )
    const json = await get(api.app, at(run, '/result'), budi.key)
    expect(json.body).toEqual({
      run: run.run,
      hash: run.hash,
      lines: [{ ...lines[0], state: 'collected', releasedAt: null }],
    })
    expect((await act(run, 'resume')).body.state).toBe('releasing')
    expect((await agreed(api, [sari, budi], { act: 'run-abort', content: { run: run.run } })).state).toBe('executed')
    expect((await get(api.app, at(run), sari.key)).body).toMatchObject({ state: 'aborted' })
    await refusedWith(api, 'run-not-open', () => act(run, 'resume'))
    const list = (query: string) => get(api.app, `/v1/runs${query}`, sari.key)
    expect((await list('')).body.data).toEqual([])
    expect((await list('?state=any&programme=demo')).body.data).toHaveLength(1)
    expect((await list('?state=any&programme=other')).body.data).toEqual([])
    // What was dropped is owed as before.
    expect((await collect()).body).toMatchObject({ lines: 1, run: expect.stringMatching(/-2$/) })
  })

  it('is dropped by one person before anybody has agreed, and not released afterwards', async () => {
    const run = await collected()
    const proposal = (await propose(api, sari, toRelease(run))).body
    expect((await propose(api, sari, toRelease(run))).body.code).toBe('conflict')
    expect((await act(run, 'discard')).body).toMatchObject({ state: 'void', stop: { reason } })
    expect((await decide(api, budi, proposal)).body).toMatchObject({ state: 'void', void: { code: 'run-not-open' } })
    await refusedWith(api, 'run-not-open', () => act(run, 'pause'))
  })

  it('is not agreed to by who proposed it, nor for another sum', async () => {
    const run = await collected()
    const more = toRelease({ ...run, amount: { minor: '1', currency: 'IDR' } })
    expect((await propose(api, sari, more)).body.code).toBe('run-changed')
    const both = await personOf(api, 'operator', 'approver')
    const proposal = (await propose(api, both, toRelease(run))).body
    expect((await decide(api, both, proposal)).body.code).toBe('own-proposal')
  })
})

describe('refusals', () => {
  it.each([
    ['nothing-owed', { cutOff: '2020-01-01T00:00:00Z' }],
    ['invalid-request', { cutOff: '2120-01-01T00:00:00Z' }],
    ['invalid-request', { cutOff: '2020-01-01' }],
    ['release-automatic', { programme: 'other' }],
    ['unknown-programme', { programme: 'nowhere' }],
  ] as const)('%s: collecting %o', async (code, body) => {
    await refusedWith(api, code, () => collect(body))
  })

  it('tells nobody of a run who has no part in its programme, and lets an auditor only look', async () => {
    const run = await collected()
    const stranger = await personOf(api, { role: 'operator', programme: 'other' })
    await refusedWith(api, 'not-found', () => get(api.app, at(run), stranger.key))
    await refusedWith(api, 'unknown-programme', () => post(api.app, '/v1/runs', stranger.key, { programme: 'demo' }))
    const auditor = await personOf(api, 'auditor')
    expect((await get(api.app, at(run, '/report'), auditor.key)).status).toBe(200)
    await refusedWith(api, 'forbidden', () => act(run, 'pause', auditor))
    await refusedWith(api, 'not-found', () => get(api.app, '/v1/runs/demo%3A20200101-1', sari.key))
    await refusedWith(api, 'invalid-request', () => get(api.app, '/v1/runs/demo', sari.key))
  })
})
