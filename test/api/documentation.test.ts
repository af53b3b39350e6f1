/** The OpenAPI document is the contract: what it says is true of every operation. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { PROBLEM_TABLE } from '../../api/problem-table.ts'
import type { ProblemCode } from '../../domain/problem.ts'
import { buildTestApp, get, type TestApi } from '../support/api.ts'

let api: TestApi
let operations: { name: string; path: string; method: string; operation: any }[]
let contract: any
beforeAll(async () => {
  api = await buildTestApp()
  contract = (await get(api.app, '/docs/json')).body
  operations = Object.entries<any>(contract.paths).flatMap(([path, methods]) =>
    Object.entries<any>(methods).map(([method, operation]) => ({ name: `${method} ${path}`, path, method, operation })),
  )
})
afterAll(() => api.close())

describe('the OpenAPI document', () => {
  it('is 3.1 and names every operation once', () => {
    expect(contract.openapi).toBe('3.1.0')
    expect(operations.length).toBeGreaterThan(40)
    const ids = operations.map(({ operation }) => operation.operationId)
    expect(ids.every((id) => /^[a-z]+[A-Za-z]+$/.test(id))).toBe(true)
    expect(new Set(ids).size).toBe(ids.length)
    for (const { operation } of operations) {
      expect(operation.summary.length).toBeGreaterThan(5)
      expect(contract.tags.map((tag: { name: string }) => tag.name)).toContain(operation.tags[0])
    }
  })

  it('has a name for every shared schema and a schema for every name', () => {
    const names = Object.keys(contract.components.schemas)
    expect(names.filter((name) => /^def-/.test(name))).toEqual([])
    expect(names).toEqual(expect.arrayContaining(['Money', 'Problem', 'Participant', 'Registration', 'Disbursement']))
    const used = [...JSON.stringify(contract).matchAll(/"\$ref":"([^"]+)"/g)].map(([, ref]) => ref)
    for (const ref of used) {
      expect(ref).toMatch(/^#\/components\/schemas\//)
      expect(names).toContain(ref?.split('/').at(-1))
    }
  })

  it('has closed objects only, but for a programme definition', () => {
    for (const [name, schema] of Object.entries<any>(contract.components.schemas)) {
      expect(`${name} ${schema.additionalProperties}`).toBe(`${name} false`)
    }
  })

  it('says with every refusal that it is problem+json, and which codes it may have', () => {
    for (const { name, operation } of operations) {
      for (const [status, response] of Object.entries<any>(operation.responses)) {
        if (Number(status) < 400) continue
        expect(`${name} ${status} ${Object.keys(response.content ?? {}).join(' ')}`).toBe(
          `${name} ${status} application/problem+json`,
        )
        const codes = [...response.description.matchAll(/`([a-z-]+)`/g)].map(([, code]) => code as ProblemCode)
        expect(codes.length).toBeGreaterThan(0)
        for (const code of codes) expect(PROBLEM_TABLE[code].status).toBe(Number(status))
      }
      expect(Object.keys(operation.responses)).toEqual(expect.arrayContaining(['429', '500', '503']))
    }
  })

  it('asks for an Idempotency-Key with every POST of a key holder', () => {
    for (const { name, method, operation } of operations) {
      const asked = (operation.parameters ?? []).some((one: any) => one.name === 'Idempotency-Key' && one.required)
      const isPublic = operation.security?.length === 0
      expect(`${name} ${asked}`).toBe(`${name} ${method === 'post' && !isPublic}`)
    }
  })

  it('pages every list that can be long', () => {
    const lists = operations.filter(({ operation }) => /Page$/.test(okSchema(operation)))
    expect(lists.length).toBeGreaterThanOrEqual(4)
    for (const { operation } of lists) {
      const names = operation.parameters.map((one: { name: string }) => one.name)
      expect(names).toEqual(expect.arrayContaining(['limit', 'cursor']))
    }
  })
})

function okSchema(operation: any): string {
  return operation.responses['200']?.content?.['application/json']?.schema?.['$ref'] ?? ''
}

describe('the documentation page', () => {
  it('comes with its scripts and styles from here, under a strict content policy', async () => {
    const page = await get(api.app, '/docs/static/index.html')
    const root = await get(api.app, '/docs')
    expect([200, 302]).toContain(root.status)
    expect(page.headers['content-security-policy']).toContain("default-src 'self'")
    const html = page.status === 200 ? page.body : (await get(api.app, '/docs/')).body
    expect(html).not.toMatch(/https?:\/\/(?!127)/)
    expect(html).not.toMatch(/<script>[^<]/)
  })

  it('is where the root leads', async () => {
    const { status, headers } = await get(api.app, '/')
    expect([status, headers['location']]).toEqual([302, '/docs'])
  })
})
