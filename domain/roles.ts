/** What a key may do. Roles are granted to a person or service, per programme or for all, as dated history. */
export const ROLES = [
  'registrar',
  'institution',
  'operator',
  'helpdesk',
  'approver',
  'auditor',
  'administrator',
] as const
export type Role = (typeof ROLES)[number]

/** Before the name of a role, where otherwise the name of a person stands; no person is called so. */
export const ROLE_PREFIX = 'role:'

/**
 * Roles with power over money, or over who has power: no one person grants them. A helpdesk has some, for it proposes where somebody
 * is paid: whoever could make one alone would need no other to agree with.
 */
export const POWERS: readonly Role[] = ['registrar', 'operator', 'helpdesk', 'approver', 'administrator']

export interface Grant {
  readonly role: Role
  /** A programme's code, or null for every programme. */
  readonly programme: string | null
}

/** The programmes in which one of the roles is granted; null for all of them. */
export function programmesIn(grants: readonly Grant[], roles: readonly Role[]): readonly string[] | null {
  const programmes = grants.filter(({ role }) => roles.includes(role)).map(({ programme }) => programme)
  const named = programmes.filter((programme) => programme !== null)
  return named.length < programmes.length ? null : named
}

/** True when a grant gives one of the roles in the programme (null: the route is not about one programme). */
export function allows(grants: readonly Grant[], roles: readonly Role[], programme: string | null): boolean {
  return grants.some(
    (grant) =>
      roles.includes(grant.role) && (grant.programme === null || programme === null || grant.programme === programme),
  )
}
