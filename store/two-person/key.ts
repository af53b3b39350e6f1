import Type from 'typebox'
import { checkPerson } from '../../domain/person.ts'
import { Problem } from '../../domain/problem.ts'
import { POWERS, ROLES } from '../../domain/roles.ts'
import { insertKey, kindOf, refuseOtherKind } from '../keys.ts'
import { checkSigningKey, liveSigningKey, registerSigningKey } from '../signing-keys.ts'
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
  async check(sql, _context, { person, kind, grants, signingKey }) {
    await refuseOtherKind(sql, { person, kind })
    if (signingKey !== null) return checkSigningKey(sql, { person, ...signingKey })
    const hasPower = kind === 'person' && grants.some(({ role }) => POWERS.includes(role))
    if (!hasPower || (await liveSigningKey(sql, person))) return
    if ((await kindOf(sql, person)) !== undefined) {
      throw new Problem('signing-key-missing', `${person} has registered no signing key`)
    }
    throw invalid([{ pointer: '/content/signingKey', detail: 'is needed: a person with power signs' }])
  },
  async execute(sql, _context, content, _by, actor, atMs) {
    const { person, kind, label, grants, signingKey, secretHash, expiresAt } = content
    const expiresAtMs = expiresAt === null ? null : Date.parse(expiresAt)
    await insertKey(sql, { person, kind, label, grants, expiresAtMs }, Buffer.from(secretHash, 'hex'), actor, atMs)
    if (signingKey !== null) await registerSigningKey(sql, { person, ...signingKey }, actor, atMs)
  },
})
