/** Ports of a test's own stack. */
import type { EnvironmentName } from '../../config.ts'
import { freePort } from '../../local/ports.ts'

/**
 * One for every part. The usual ones belong to whoever works on this machine, and what two stacks wish for is taken by one while
 * the other's part is dead for a moment and comes back to it.
 */
export async function portsOfItsOwn() {
  const names = ['LUNAS_PORT', 'SANDBOX_PORT', 'TEMPORAL_PORT', 'TEMPORAL_UI_PORT'] as const satisfies EnvironmentName[]
  const ports = await Promise.all(names.map(async (name) => [name, String(await freePort())] as const))
  return Object.fromEntries(ports) as Record<(typeof names)[number], string>
}
