import Type from 'typebox'
import { checkSigningKey, replaceSigningKey } from '../signing-keys.ts'
import { twoPersonAct } from '../two-person-act.ts'

export const PUBLIC_KEY = Type.String({ pattern: '^[A-Za-z0-9+/]{43}=$' })
export const SIGNATURE = Type.String({ pattern: '^[A-Za-z0-9+/]{86}==$' })

/** Another signing key for a person who lost theirs. The person is sure of it; two others take the person's word. */
export const signingKey = twoPersonAct({
  name: 'signing-key',
  title: { id: 'Penggantian kunci tanda tangan', en: 'Signing key replaced' },
  proposers: ['administrator'],
  content: Type.Object(
    { person: Type.String({ minLength: 1, maxLength: 100 }), publicKey: PUBLIC_KEY, possession: SIGNATURE },
    { additionalProperties: false },
  ),
  place: (_sql, { person }) => ({ programme: null, subject: `person:${person}`, about: person }),
  check: (sql, _context, content) => checkSigningKey(sql, content),
  async execute(sql, _context, content, _by, actor, atMs) {
    await replaceSigningKey(sql, content, actor, atMs)
  },
})
