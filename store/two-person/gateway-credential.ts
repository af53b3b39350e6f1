import Type from 'typebox'
import { CREDENTIAL_PURPOSES, FINGERPRINT_PATTERN } from '../../domain/credential.ts'
import { Problem } from '../../domain/problem.ts'
import { admitCredential, endCredential, refuseInForce, requireInForce } from '../gateway-credentials.ts'
import { twoPersonAct } from '../two-person-act.ts'

/** What a gateway is sent to with, or believed by: a new one admitted beside those in force, or one of them ended. */
export const gatewayCredential = twoPersonAct({
  name: 'gateway-credential',
  title: { id: 'Perubahan kredensial mitra pembayaran', en: 'Credential of a gateway changed' },
  proposers: ['operator', 'administrator'],
  content: Type.Object(
    {
      gateway: Type.String({ pattern: '^[a-z0-9-]{1,40}$' }),
      purpose: Type.Enum([...CREDENTIAL_PURPOSES]),
      fingerprint: Type.String({ pattern: FINGERPRINT_PATTERN, description: 'as lunas doctor tells it' }),
      change: Type.Enum(['admit', 'end']),
    },
    { additionalProperties: false },
  ),
  place: (_sql, { gateway, purpose }) => ({ programme: null, subject: `credential:${gateway}:${purpose}` }),
  async check(sql, { sendsWith }, { change, ...of }) {
    if (change === 'end') return requireInForce(sql, of)
    if (sendsWith(of.gateway) === null) throw new Problem('unknown-gateway', 'no gateway of this code is in use')
    return refuseInForce(sql, of)
  },
  async execute(sql, _context, { change, ...of }, { id }, actor, atMs) {
    await (change === 'admit' ? admitCredential : endCredential)(sql, of, id, actor, atMs)
  },
})
