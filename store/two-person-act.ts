/**
 * What a two-person act is made of. Each stands in a file of `store/two-person/`, and in its list: what its content must look
 * like, who proposes it, and what is done in the commit in which others have agreed.
 */
import Type, { type Static, type TSchema } from 'typebox'
import { Errors } from 'typebox/value'
import type { Actor } from '../domain/act.ts'
import { ONE_APPROVER, type Needs } from '../domain/approval.ts'
import { UUID_PATTERN } from '../domain/identity.ts'
import { Problem, type Fault } from '../domain/problem.ts'
import type { Bilingual } from '../domain/programme.ts'
import type { Role } from '../domain/roles.ts'
import type { Sql } from './database.ts'
import type { StoreContext } from './options.ts'

export const UUID = Type.String({ pattern: UUID_PATTERN })

/** What of a proposal an act is told when it is carried out. */
export interface Agreed {
  readonly id: string
  readonly proposer: string
  readonly proposedAt: Date
  readonly reason: string
  /** Where the personal part lies, sealed; null when there is none. */
  readonly document: string | null
}

/** What an act belongs to. */
export interface Place {
  /** Null for what belongs to no programme: then roles for every programme are needed. */
  readonly programme: string | null
  /** As audit rows name it: `appropriation:demo:2026`. */
  readonly subject: string
  /** The person it is about, who does not decide on it. */
  readonly about?: string | null
  /** Where the programme is looked up, what is told to who has no part in it: the same as of what does not exist. */
  readonly missing?: Problem
}

export interface TwoPersonAct<Schema extends TSchema> {
  /** Verb or noun, unique: it is signed. */
  readonly name: string
  readonly title: Bilingual
  readonly proposers: readonly Role[]
  /** Closed. Nothing personal: it is stored in clear and shown to whoever decides. */
  readonly content: Schema
  /** Faults a schema cannot tell; pointers into the content. */
  readonly faults?: (content: Static<Schema>) => readonly Fault[]
  place(sql: Sql, content: Static<Schema>): Promise<Place> | Place
  /** One approver, where nothing is said. */
  readonly needs?: (sql: Sql, context: StoreContext, content: Static<Schema>, atMs: number) => Promise<Needs>
  /** What is told of the thing itself in the commit of the proposal. */
  readonly put?: (sql: Sql, content: Static<Schema>, proposal: string) => Promise<void>
  /** Seals what is personal, which the content names by a commitment; acts without it refuse a personal part. */
  readonly seal?: (
    sql: Sql,
    context: StoreContext,
    content: Static<Schema>,
    personal: unknown,
    atMs: number,
  ) => Promise<string>
  /** Throws the Problem that carrying it out now would throw. */
  check(sql: Sql, context: StoreContext, content: Static<Schema>, atMs: number, proposer: Actor): Promise<void>
  /** Everything it changes, in the caller's transaction. Throws a Problem when it no longer can: the proposal is void then. */
  execute(
    sql: Sql,
    context: StoreContext,
    content: Static<Schema>,
    by: Agreed,
    actor: Actor,
    atMs: number,
  ): Promise<void>
}

/** An act whose content was read: what the mechanism works with. */
export interface OpenedAct {
  place(sql: Sql): Promise<Place>
  needs(sql: Sql, context: StoreContext, atMs: number): Promise<Needs>
  put(sql: Sql, proposal: string): Promise<void>
  /** Null when there is nothing personal. Throws `invalid-request` for a part too many or too few. */
  seal(sql: Sql, context: StoreContext, personal: unknown, atMs: number): Promise<string | null>
  check(sql: Sql, context: StoreContext, atMs: number, proposer: Actor): Promise<void>
  execute(sql: Sql, context: StoreContext, by: Agreed, actor: Actor, atMs: number): Promise<void>
}

export interface ListedAct extends Pick<TwoPersonAct<TSchema>, 'name' | 'title' | 'proposers'> {
  /** Reads a content. Throws `invalid-request` with every fault. */
  open(content: unknown): OpenedAct
}

/** An act as its list holds it. */
export function twoPersonAct<Schema extends TSchema>(act: TwoPersonAct<Schema>): ListedAct {
  const { name, title, proposers } = act
  return { name, title, proposers, open: (content) => opened(act, contentOf(act, content)) }
}

function opened<Schema extends TSchema>(act: TwoPersonAct<Schema>, content: Static<Schema>): OpenedAct {
  return {
    place: async (sql) => act.place(sql, content),
    needs: async (sql, context, atMs) => act.needs?.(sql, context, content, atMs) ?? ONE_APPROVER,
    put: async (sql, proposal) => act.put?.(sql, content, proposal),
    async seal(sql, context, personal, atMs) {
      const isWanted = act.seal !== undefined
      if (isWanted !== (personal !== undefined)) {
        const detail = isWanted ? 'is missing: this act has a personal part' : 'must not be given: this act has none'
        throw invalid([{ pointer: '/personal', detail }])
      }
      return act.seal ? act.seal(sql, context, content, personal, atMs) : null
    },
    check: (sql, context, atMs, proposer) => act.check(sql, context, content, atMs, proposer),
    execute: (sql, context, by, actor, atMs) => act.execute(sql, context, content, by, actor, atMs),
  }
}

function contentOf<Schema extends TSchema>(act: TwoPersonAct<Schema>, value: unknown): Static<Schema> {
  const found = shapeFaults(act.content, value)
  const faults = found.length > 0 ? found : (act.faults?.(value as Static<Schema>) ?? [])
  if (faults.length === 0) return value as Static<Schema>
  throw invalid(faults.map(({ pointer, detail }) => ({ pointer: `/content${pointer}`, detail })))
}

/** What is wrong with the form of a value. */
export function shapeFaults(schema: TSchema, value: unknown): Fault[] {
  return Errors(schema, value).flatMap((error) => {
    switch (error.keyword) {
      // Told of each unknown field by `boolean` already.
      case 'additionalProperties':
        return []
      case 'boolean':
        return [{ pointer: error.instancePath, detail: 'is an unknown field' }]
      case 'required':
        return error.params.requiredProperties.map((field) => ({
          pointer: `${error.instancePath}/${field}`,
          detail: 'is missing',
        }))
      default:
        return [{ pointer: error.instancePath, detail: error.message }]
    }
  })
}

export function invalid(faults: readonly Fault[]): Problem {
  return new Problem('invalid-request', 'the body is not valid', { faults })
}
