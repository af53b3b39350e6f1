/** How a guard that is not what it must be is put right: by SQL that a program runs, or by people. */
import type { Guards } from '../prisma/guards.ts'

/** One thing that guards the database, as its catalog prints it. */
export interface Guard {
  readonly kind: keyof Guards
  readonly name: string
  readonly definition: string
}

export type Found = 'missing' | 'changed' | 'foreign'

/** What an owner runs to make a guard what it must be; null where that is not for a program to do. */
export function restoringSql(guard: Guard, found: Found): string | null {
  const { kind, name, definition } = guard
  // Powers are given to be known; anything else nobody knows may be somebody's.
  if (found === 'foreign') return kind === 'power' ? revoking(name) : null
  const [table = '', object = ''] = name.split('.')
  switch (kind) {
    case 'check':
    case 'primary':
    case 'reference':
      return `ALTER TABLE ${table} DROP CONSTRAINT IF EXISTS ${object}, ADD CONSTRAINT ${object} ${definition}`
    case 'unique':
      return `DROP INDEX IF EXISTS ${object}; ${definition}`
    case 'trigger':
      return `DROP TRIGGER IF EXISTS ${object} ON ${table}; ${definition}`
    case 'function':
      return definition
    case 'power':
      return `${revoking(name)}; ${granting(name, definition)}`
    case 'rule':
    case 'owner':
      return null
  }
}

/** What people do about a guard that no program puts right. */
export function mendOf({ kind, name, definition }: Guard, found: Found): string {
  const [table = '', object = ''] = name.split('.')
  if (kind === 'owner') {
    if (found === 'changed') return `as superuser: ALTER ${name} OWNER TO ${definition}`
    return found === 'missing' ? 'restore it from a backup' : `as its owner: DROP ${name}`
  }
  switch (kind) {
    case 'check':
    case 'primary':
    case 'reference':
      return `as lunas_migrate: ALTER TABLE ${table} DROP CONSTRAINT ${object}`
    case 'unique':
      return `as lunas_migrate: DROP INDEX ${object}`
    case 'trigger':
    case 'rule':
      return `as lunas_migrate: DROP ${kind} ${object} ON ${table}`
    default:
      return `as its owner: DROP ${kind} ${name}`
  }
}

/** The database has another name everywhere, and whoever may connect to it still may. */
function revoking(power: string): string {
  const [object, holder] = [objectOf(power), holderOf(power)]
  return object === DATABASE
    ? onDatabase(`REVOKE CREATE, TEMPORARY ON DATABASE %I FROM ${holder}`)
    : `REVOKE ALL ON ${object} FROM ${holder}`
}

function granting(power: string, powers: string): string {
  const [object, holder] = [objectOf(power), holderOf(power)]
  return object === DATABASE
    ? onDatabase(`GRANT ${powers} ON DATABASE %I TO ${holder}`)
    : `GRANT ${powers} ON ${object} TO ${holder}`
}

const DATABASE = 'database'

function onDatabase(statement: string): string {
  return `DO $$ BEGIN EXECUTE format('${statement}', current_database()); END $$`
}

function holderOf(power: string): string {
  return power.slice(0, power.indexOf(' on '))
}

function objectOf(power: string): string {
  return power.slice(power.indexOf(' on ') + 4)
}
