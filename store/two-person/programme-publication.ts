import Type from 'typebox'
import type { Programme } from '../../domain/programme.ts'
import { Problem } from '../../domain/problem.ts'
import { canonicalJson } from '../../domain/signing.ts'
import { parseProgramme } from '../../programmes/parse.ts'
import { publishProgramme, refusePublished } from '../programmes.ts'
import { sha256 } from '../signing-keys.ts'
import { twoPersonAct } from '../two-person-act.ts'

/** A version of a programme: its content is the definition itself, so that what is signed is what is in force. */
export const programmePublication = twoPersonAct({
  name: 'programme-publication',
  title: { id: 'Penerbitan versi program', en: 'Programme version published' },
  proposers: ['administrator'],
  content: Type.Unsafe<Programme>(Type.Object({ code: Type.String({ pattern: '^[a-z0-9-]{1,40}$' }) })),
  place: (_sql, { code, version }) => ({ programme: code, subject: `programme:${code}@${version}` }),
  check: (sql, _context, content) => refusePublished(sql, parsed(content)),
  async execute(sql, _context, content, _by, actor, atMs) {
    const programme = parsed(content)
    await publishProgramme(sql, programme, sha256(canonicalJson(programme)), actor, atMs)
  },
})

function parsed(content: unknown): Programme {
  const result = parseProgramme(content)
  if (result.ok) return result.programme
  const faults = result.faults.map(({ pointer, detail }) => ({ pointer: `/content${pointer}`, detail }))
  throw new Problem('programme-invalid', 'the definition has faults', { faults })
}
