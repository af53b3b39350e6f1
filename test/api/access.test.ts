/** Who may call what. */
import { randomUUID } from 'node:crypto'
import type { RouteOptions } from 'fastify'
import fastify from 'fastify'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { guardRoutes } from '../../api/plugins/access.ts'
import { rememberCallers } from '../../api/plugins/callers.ts'
import { ROLES, type Role } from '../../domain/roles.ts'
import { aRegistration, buildTestApp, demoProgramme, get, post, send, type TestApi } from '../support/api.ts'
import { refusedWith, registered } from '../support/api-lives.ts'
import { agreed, personOf, propose } from '../support/api-people.ts'

let api: TestApi
beforeAll(async () => {
  api = await buildTestApp()
  await api.publish(demoProgramme())
  await api.publish(demoProgramme('other'))
})
afterAll(() => api.close())

describe('a key', () => {
  it('is needed', async () => {
    const { status, headers } = await refusedWith(api, 'unauthenticated', () => get(api.app, '/v1/programmes'))
    expect(status).toBe(401)
    expect(headers['www-authenticate']).toBe('Bearer realm="lunas"')
  })

  it.each(['Bearer', 'Bearer lunas_', `Bearer lunas_${'x'.repeat(43)}`, 'Basic bHVuYXM6bHVuYXM=', 'lunas_abc', ''])(
    'written as "%s" is not one',
    async (authorization) => {
      await refusedWith(api, 'unauthenticated', () =>
        send(api.app, { method: 'GET', url: '/v1/programmes', headers: { authorization } }),
      )
    },
  )

  it('that is revoked is refused at once', async () => {
    const administrator = await api.keyFor(['administrator'])
    const grants = [{ role: 'auditor', programme: null }]
    const made = await post(api.app, '/v1/keys', administrator, { person: 'Rina', kind: 'person', label: 'x', grants })
    expect((await get(api.app, '/v1/programmes', made.body.secret)).status).toBe(200)
    expect((await post(api.app, `/v1/keys/${made.body.id}/revoke`, administrator)).status).toBe(200)
    await refusedWith(api, 'unauthenticated', () => get(api.app, '/v1/programmes', made.body.secret))
  })

  it('that has expired is refused', async () => {
    const administrator = await api.keyFor(['administrator'])
    const expiresAt = new Date(Date.now() + 1_500).toISOString()
    const key = {
      person: 'Rudi',
      kind: 'person',
      label: 'x',
      grants: [{ role: 'auditor', programme: null }],
      expiresAt,
    }
    const { body } = await post(api.app, '/v1/keys', administrator, key)
    expect((await get(api.app, '/v1/programmes', body.secret)).status).toBe(200)
    await new Promise((resolve) => setTimeout(resolve, 1_600))
    // Callers are remembered for two seconds of the API's clock.
    api.clock.nowMs += 2_001
    await refusedWith(api, 'unauthenticated', () => get(api.app, '/v1/programmes', body.secret))
  })
})

describe('a programme', () => {
  it('is told of only to those who have a part in it', async () => {
    const key = await api.keyFor(['registrar', 'operator'], 'other')
    await refusedWith(api, 'unknown-programme', () => get(api.app, '/v1/programmes/demo/waves', key))
    await refusedWith(api, 'unknown-programme', () => get(api.app, '/v1/programmes/nowhere/waves', key))
    const hidden = await get(api.app, '/v1/programmes/demo', key)
    const missing = await get(api.app, '/v1/programmes/nowhere', key)
    expect(hidden.body.detail).toBe(missing.body.detail)
    const { body } = await get(api.app, '/v1/programmes', key)
    expect(body.data.map((one: { code: string }) => one.code)).toEqual(['other'])
  })

  it('of somebody else takes no registration', async () => {
    const key = await api.keyFor(['registrar'], 'other')
    await refusedWith(api, 'unknown-programme', () =>
      post(api.app, '/v1/programmes/demo/participants', key, aRegistration()),
    )
  })

  it('that is unknown is said to be so', async () => {
    const key = await api.keyFor(['registrar', 'operator'])
    await refusedWith(api, 'unknown-programme', () =>
      post(api.app, '/v1/programmes/nowhere/participants', key, aRegistration()),
    )
    await refusedWith(api, 'unknown-programme', () => get(api.app, '/v1/programmes/nowhere/waves', key))
  })

  it('of which somebody has another role answers which roles may', async () => {
    const key = await api.keyFor(['helpdesk'], 'demo')
    const { status, body } = await refusedWith(api, 'forbidden', () =>
      post(api.app, '/v1/programmes/demo/participants', key, aRegistration()),
    )
    expect(status).toBe(403)
    expect(body.detail).toBe('this needs one of the roles registrar')
  })

  it('keeps its people from keys of another', async () => {
    const registrar = await api.keyFor(['registrar'])
    const person = await registered(api, registrar)
    const key = await api.keyFor(['operator', 'registrar', 'institution'], 'other')
    const evidence = { kind: 'course-started', subject: 'LAS-SMAW', occurredAt: new Date().toISOString() }
    await refusedWith(api, 'unknown-participant', () =>
      post(api.app, `/v1/programmes/other/participants/${person}/evidence`, key, evidence),
    )
    await refusedWith(api, 'unknown-programme', () =>
      post(api.app, `/v1/programmes/demo/participants/${person}/evidence`, key, evidence),
    )
    await refusedWith(api, 'unknown-participant', () =>
      get(api.app, `/v1/programmes/other/participants/${person}`, key),
    )
  })
})

describe('things of no programme', () => {
  it('need the role for every programme where they give power', async () => {
    const key = await api.keyFor(['administrator'], 'demo')
    const grants = [{ role: 'administrator', programme: null }]
    const { body } = await refusedWith(api, 'forbidden', () =>
      post(api.app, '/v1/keys', key, { person: 'Me', kind: 'person', label: 'x', grants }),
    )
    expect(body.detail).toBe('this needs one of the roles administrator for every programme')
    await refusedWith(api, 'forbidden', () => get(api.app, '/v1/keys', key))
  })

  it('an administrator of one programme publishes only that one', async () => {
    const one = await personOf(api, { role: 'administrator', programme: 'demo' })
    const publication = (programme: object) => ({ act: 'programme-publication', content: { ...programme } })
    const { body } = await propose(api, one, publication(demoProgramme('third')))
    expect(body.code).toBe('unknown-programme')
    const other = await personOf(api, { role: 'approver', programme: 'demo' })
    expect((await agreed(api, [one, other], publication({ ...demoProgramme(), version: 2 }))).state).toBe('executed')
  })
})

describe('every route', () => {
  it('says who may call it, and nobody else gets in', async () => {
    const keys = new Map<Role, string>()
    for (const role of ROLES) keys.set(role, await api.keyFor([role]))
    const { body } = await get(api.app, '/docs/json')
    let checked = 0
    for (const [path, operations] of Object.entries<Record<string, { description: string }>>(body.paths)) {
      for (const [method, operation] of Object.entries(operations)) {
        const roles = /Roles: (.*)\.$/.exec(operation.description)?.[1]?.split(', ')
        if (!roles) {
          expect(operation.description).toMatch(/Public\.$/)
          continue
        }
        const url = path.replace('{programme}', 'demo').replace(/\{[a-z]+\}/g, '0123456789ABC')
        for (const role of ROLES.filter((one) => !roles.includes(one))) {
          const headers = { authorization: `Bearer ${keys.get(role)}`, 'idempotency-key': randomUUID() }
          const answered = await send(api.app, { method: method === 'post' ? 'POST' : 'GET', url, headers })
          expect(`${role} ${method} ${path} ${answered.status}`).toBe(`${role} ${method} ${path} 403`)
          checked += 1
        }
      }
    }
    expect(checked).toBeGreaterThan(100)
  })

  it('that does not say who may call it cannot exist', async () => {
    const callers = rememberCallers({
      callerOf: async () => undefined,
      areInForce: async (secrets) => secrets.map(() => false),
      now: Date.now,
      refusedPerMinute: 1,
    })
    const access = { callers, refused: () => undefined }
    const add = (route: Partial<RouteOptions>) => async () => {
      const app = fastify()
      guardRoutes(app, access)
      app.route({ method: 'GET', url: '/x', handler: async () => 'ok', ...route })
      await app.ready()
    }
    await expect(add({})()).rejects.toThrow('GET /x does not say who may call it')
    await expect(add({ config: { roles: [], scope: 'none' } })()).rejects.toThrow('does not say')
    await expect(add({ config: { roles: ['operator'] } })()).rejects.toThrow('does not say')
    await expect(add({ config: { roles: ['operator'], scope: 'programme' } })()).rejects.toThrow(
      'no programme in its path',
    )
    await expect(add({ config: { roles: 'public', scope: 'none' } })()).resolves.toBeUndefined()
  })
})
