/** Where statements come from: a gateway that is asked with a credential of our own, or a folder in which somebody has put them. */
import { createReadStream, readdirSync } from 'node:fs'
import path from 'node:path'
import { Readable } from 'node:stream'
import type { ReadableStream } from 'node:stream/web'
import type { Format, RawStatement, StatementSource } from './statement.ts'

export interface HttpSource {
  readonly gateway: string
  /** Where the gateway answers. */
  readonly url: string
  /** Of the auditor alone: it reads statements and can do nothing else. */
  readonly credential: string
  readonly format: Format
}

/** Asks for one day after another. Throws an Error fit for a person when the gateway does not answer or refuses. */
export function httpStatements({ gateway, url, credential, format }: HttpSource): StatementSource {
  return {
    gateway,
    async *statements(from, to) {
      for (let day = from; day <= to; day = nextDay(day)) {
        const address = `${url.replace(/\/+$/, '')}/statements?date=${day}&format=${format}`
        const answer = await fetch(address, {
          headers: { authorization: `Bearer ${credential}` },
          redirect: 'error',
          signal: AbortSignal.timeout(600_000),
        })
        // The day is not over there, or is kept from us: where it must be told, the check of what is told names it.
        if (answer.status === 404) continue
        if (!answer.ok || !answer.body)
          throw new Error(`${gateway} answers ${answer.status} for its statement of ${day}`)
        yield { gateway, day, format, bytes: Readable.fromWeb(answer.body as ReadableStream<Uint8Array>) }
      }
    },
  }
}

const NAME = /^(?<gateway>[a-z0-9-]+)\.(?<day>\d{4}-\d\d-\d\d)\.(?<format>jsonl|csv|xml)$/
const FORMATS: Readonly<Record<string, Format>> = { jsonl: 'jsonl', csv: 'csv', xml: 'camt.053' }

/** Files of a folder, named `sandbox.2026-11-22.jsonl`. Throws when the folder cannot be read. */
export function folderStatements(folder: string): StatementSource {
  return {
    gateway: null,
    async *statements(from, to) {
      for (const name of readdirSync(folder).toSorted()) {
        const { gateway = '', day = '', format = '' } = NAME.exec(name)?.groups ?? {}
        if (day < from || day > to) continue
        const raw: RawStatement = {
          gateway,
          day,
          format: FORMATS[format] ?? 'jsonl',
          bytes: createReadStream(path.join(folder, name)),
        }
        yield raw
      }
    },
  }
}

export function nextDay(day: string): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + 86_400_000).toISOString().slice(0, 10)
}
