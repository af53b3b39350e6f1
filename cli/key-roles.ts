/** Roles as the command line writes them: `operator`, `operator@demo`. */
import { InvalidArgumentError } from 'commander'

export interface RoleInProgramme {
  readonly role: string
  readonly programme: string | null
}

export function collectRole(text: string, before: readonly RoleInProgramme[]): RoleInProgramme[] {
  return [...before, roleOf(text)]
}

export function roleOf(text: string): RoleInProgramme {
  const [role = '', programme = null] = text.split('@')
  if (role === '') throw new InvalidArgumentError('a role, or role@programme')
  return { role, programme }
}

export function rolesText(grants: readonly RoleInProgramme[]): string {
  return grants.map(({ role, programme }) => (programme === null ? role : `${role}@${programme}`)).join(' ')
}
