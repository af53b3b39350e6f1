import Type from 'typebox'
import { checkPerson } from '../../domain/person.ts'
import { Problem } from '../../domain/problem.ts'
import { POWERS, ROLES, type Role } from '../../domain/roles.ts'
import type { Sql } from '../database.ts'
import { refuseEnded } from '../grants.ts'
import { insertKey, refuseOtherKind } from '../keys.ts'
import { checkSigningKey, liveSigningKey, registerSigningKey, requirePossession } from '../signing-keys.ts'
import { invalid, twoPersonAct } from '../two-person-act.ts'
import { PUBLIC_KEY, SIGNATURE } from './signing-key.ts'

const closed = { additionalProperties: false }

/** A key with power. Whoever will use it has made its secret, of which only the hash is told, and signs for themselves. */
export const key = twoPersonAct({
  name: 'key',
  title: { id: 'Kunci akses dengan kewenangan', en: 'Key with power created' },
  proposers: ['administrator'],
  content: Type.Object(
    {
      person: Type.String({ minLength: 1, maxLength: 100 }),
      kind: Type.Enum(['person', 'service']),
      label: Type.String({ minLength: 1, maxLength: 100 }),
      secretHash: Type.String({ pattern: '^[0-9a-f]{64}$', description: 'SHA-256 of the secret' }),
      expiresAt: Type.Union([Type.String({ maxLength: 40 }), Type.Null()]),
      grants: Type.Array(
        Type.Object(
          { role: Type.Enum([...ROLES]), programme: Type.Union([Type.String({ maxLength: 40 }), Type.Null()]) },
          closed,
        ),
        { maxItems: 50 },
      ),
      signingKey: Type.Union([Type.Object({ publicKey: PUBLIC_KEY, possession: SIGNATURE }, closed), Type.Null()]),
    },
    closed,
  ),
  faults({ person, kind, signingKey, expiresAt }) {
    const detail = checkPerson(person)
    if (detail !== null) return [{ pointer: '/person', detail }]
    if (expiresAt !== null && Number.isNaN(Date.parse(expiresAt)))
      return [{ pointer: '/expiresAt', detail: 'is no time' }]
    return kind === 'service' && signingKey !== null
      ? [{ pointer: '/signingKey', detail: 'must be null: services sign nothing' }]
      : []
  },
  place: (_sql, { person }) => ({ programme: null, subject: `person:${person}`, about: person }),
  async check(sql, _context, content) {
    await refuseOtherKind(sql, content)
    await requireSigner(sql, content)
  },
  async execute(sql, _context, content, by, actor, atMs) {
    const { person, kind, label, grants, signingKey, secretHash, expiresAt } = content
    await refuseOtherKind(sql, content)
    const isNew = await requireSigner(sql, content)
    const expiresAtMs = expiresAt === null ? null : Date.parse(expiresAt)
    await insertKey(sql, { person, kind, label, grants, expiresAtMs }, Buffer.from(secretHash, 'hex'), actor, atMs)
    for (const { role, programme } of grants) await refuseEnded(sql, { person, role, programme }, by.proposedAt)
    if (isNew && signingKey !== null) await registerSigningKey(sql, { person, ...signingKey }, actor, atMs)
  },
})

interface Content {
  readonly person: string
  readonly kind: 'person' | 'service'
  readonly grants: readonly { readonly role: Role }[]
  readonly signingKey: { readonly publicKey: string; readonly possession: string } | null
}

/**
 * Whoever agrees has asked the person whether the key that is named is theirs: it may be one that somebody registered with an API
 * key that was not the person's alone. Answers whether it is yet to be registered.
 */
async function requireSigner(sql: Sql, { person, kind, grants, signingKey }: Content): Promise<boolean> {
  const hasPower = kind === 'person' && grants.some(({ role }) => POWERS.includes(role))
  if (signingKey === null) {
    if (!hasPower) return false
    throw invalid([{ pointer: '/content/signingKey', detail: 'is needed: a person with power signs' }])
  }
  const live = await liveSigningKey(sql, person)
  if (!live) {
    await checkSigningKey(sql, { person, ...signingKey })
    return true
  }
  requirePossession({ person, ...signingKey })
  if (live.publicKey.toString('base64') === signingKey.publicKey) return false
  throw new Problem('conflict', `the signing key of ${person} is not the one that is named`)
}
