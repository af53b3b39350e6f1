import Type from 'typebox'
import { Problem } from '../../domain/problem.ts'
import { POWERS, ROLES } from '../../domain/roles.ts'
import type { Sql } from '../database.ts'
import { grantRole, refuseEnded } from '../grants.ts'
import { kindOf, lockPerson } from '../keys.ts'
import { liveSigningKey } from '../signing-keys.ts'
import { twoPersonAct } from '../two-person-act.ts'

interface Content {
  readonly person: string
  readonly role: (typeof ROLES)[number]
  readonly publicKey: string | null
}

/** A role for somebody who has a key. Power goes to a person together with the signing key that stands for them. */
export const roleGrant = twoPersonAct({
  name: 'role-grant',
  title: { id: 'Pemberian peran', en: 'Role granted' },
  proposers: ['administrator'],
  content: Type.Object(
    {
      person: Type.String({ minLength: 1, maxLength: 100 }),
      role: Type.Enum([...ROLES]),
      programme: Type.Union([Type.String({ maxLength: 40 }), Type.Null()]),
      publicKey: Type.Union([Type.String(), Type.Null()]),
    },
    { additionalProperties: false },
  ),
  place: (_sql, { person }) => ({ programme: null, subject: `person:${person}`, about: person }),
  check: (sql, _context, content) => requireSigner(sql, content),
  async execute(sql, _context, content, by, actor, atMs) {
    await lockPerson(sql, content.person)
    await requireSigner(sql, content)
    const { person, role, programme } = content
    await grantRole(sql, { person, role, programme }, actor, atMs)
    await refuseEnded(sql, { person, role, programme }, by.proposedAt)
  },
})

/** Whoever agrees has asked the person whether this key is theirs: no other one may have come in its place. */
async function requireSigner(sql: Sql, { person, role, publicKey }: Content): Promise<void> {
  const kind = await kindOf(sql, person)
  if (kind === undefined) throw new Problem('not-found', `${person} has no key; propose one, with its roles`)
  if (!POWERS.includes(role)) return
  // Its keys may be such as one person has seen: power comes with a key that only the service has.
  if (kind === 'service') throw new Problem('conflict', `${person} is a service: propose a key with this role for it`)
  const live = await liveSigningKey(sql, person)
  if (!live) throw new Problem('signing-key-missing', `${person} has registered no signing key`)
  if (live.publicKey.toString('base64') === publicKey) return
  throw new Problem('conflict', `the signing key of ${person} is not the one that was named`)
}
