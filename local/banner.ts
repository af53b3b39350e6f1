import type { Access } from './access.ts'
import type { Stack } from './stack.ts'

/** What a person is told when everything is up. */
export function banner(stack: Stack, startedInMs: number): string {
  const rows = [
    ['API', stack.apiUrl],
    ['API reference', `${stack.apiUrl}/docs`],
    ['Temporal UI', stack.temporalUiUrl ?? `of the cluster at ${stack.temporalAddress}`],
    ['Sandbox', stack.sandboxUrl ?? 'not in use'],
    ['PostgreSQL', stack.postgres ? `${stack.postgres.version}, data in ${stack.postgres.dataPath}` : 'as configured'],
    ['Data and logs', stack.dataDir],
  ]
  const lines = rows.map(([name = '', value = '']) => `  ${name.padEnd(14)} ${value}`)
  return [
    '',
    `Lunas is up (${(startedInMs / 1000).toFixed(1)} s)`,
    '',
    ...lines,
    '',
    'Ctrl+C stops everything.',
    '',
  ].join('\n')
}

/** The keys of a development stack, as text. */
export function keysText(access: Access): string {
  const keys = Object.entries(access).map(([role, secret]) => `  ${role.padEnd(14)} ${secret}`)
  return ['Development keys (Authorization: Bearer …)', ...keys, ''].join('\n')
}
