/** The end of the process as others see it: readiness is red first, what is under way is answered, then nobody is listened to. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { FastifyInstance } from 'fastify'

export interface Closing {
  /** True from the moment the app was asked to close. */
  isClosing(): boolean
}

/** Waits `drainMs` between red readiness and the closed port: whoever sends requests here must have seen it. */
export function closeInOrder(app: FastifyInstance, drainMs: number): Closing {
  let closing = false
  app.addHook('preClose', async () => {
    closing = true
    await sleep(drainMs)
  })
  return { isClosing: () => closing }
}
