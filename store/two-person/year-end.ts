import Type from 'typebox'
import { DOCUMENT_NUMBER_PATTERN } from '../../domain/document-number.ts'
import type { Sql } from '../database.ts'
import type { StoreContext } from '../options.ts'
import { twoPersonAct } from '../two-person-act.ts'
import { beginYearEnd, checkYearEnd, yearSubject, type YearEnd } from '../year-end.ts'

interface Content {
  readonly programme: string
  readonly fiscalYear: number
  readonly document: string
}

/** A programme's fiscal year, ended: what is owed and not under way lapses, the rest goes over to the next year, and its books are closed. */
export const yearEnd = twoPersonAct({
  name: 'year-end',
  title: { id: 'Penutupan tahun anggaran', en: 'Fiscal year ended' },
  proposers: ['administrator', 'approver'],
  content: Type.Object(
    {
      programme: Type.String({ maxLength: 40 }),
      fiscalYear: Type.Integer({ minimum: 2000, maximum: 2100 }),
      document: Type.String({ pattern: DOCUMENT_NUMBER_PATTERN, description: 'Number of the document that orders it' }),
    },
    { additionalProperties: false },
  ),
  place: (_sql, { programme, fiscalYear }) => ({ programme, subject: yearSubject(programme, fiscalYear) }),
  check: async (sql, context, content, atMs) => checkYearEnd(sql, await asked(sql, context, content), atMs),
  async execute(sql, context, content, by, actor, atMs) {
    await beginYearEnd(sql, context, await asked(sql, context, content), by, actor, atMs)
  },
})

async function asked(sql: Sql, context: StoreContext, content: Content): Promise<YearEnd> {
  const { programmes } = context
  const programme = await programmes.current(content.programme, sql)
  return { programme, programmes, fiscalYear: content.fiscalYear, document: content.document }
}
