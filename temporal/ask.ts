/** Tells one life at once, by an Update whose id is the message's: people want to know that they were heard. */
import { participantWorkflowId } from '../domain/identity.ts'
import type { Messages } from '../store/messages.ts'
import { hear } from '../workflows/messages.ts'
import type { Temporal } from './connect.ts'

const RACE_MS = 2000

/**
 * `heard` within two seconds, or `later`: then the relay tells it, as also where the life has closed: its run may still answer, and begins nothing
 * any more. Never throws.
 */
export async function tellNow(
  temporal: Temporal,
  messages: Messages,
  of: { readonly programme: string; readonly ref: string; readonly messageId: string },
): Promise<'heard' | 'later'> {
  const handle = temporal.client.workflow.getHandle(participantWorkflowId(of.programme, of.ref))
  const asked = temporal
    .within(RACE_MS, () => handle.executeUpdate(hear, { args: [of.messageId], updateId: of.messageId }))
    .then(async () => ((await messages.heard(of.messageId)) ? ('heard' as const) : ('later' as const)))
    .catch(() => 'later' as const)
  const late = new Promise<'later'>((resolve) => setTimeout(() => resolve('later'), RACE_MS).unref())
  return Promise.race([asked, late])
}
