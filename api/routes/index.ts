/** Every route of the API. */
import type { RouteContext } from '../context.ts'
import type { App } from '../operation.ts'
import { accountRoutes } from './accounts.ts'
import { budgetRoutes } from './budget.ts'
import { callbackRoutes } from './callbacks.ts'
import { decisionRoutes } from './decisions.ts'
import { discrepancyRoutes } from './discrepancies.ts'
import { evidenceRoutes } from './evidence.ts'
import { failureRoutes } from './failures.ts'
import { freezeRoutes } from './freezes.ts'
import { keyRoutes } from './keys.ts'
import { ledgerRoutes } from './ledger.ts'
import { messageRoutes } from './messages.ts'
import { participantRoutes } from './participants.ts'
import { paymentRoutes } from './payments.ts'
import { peopleRoutes } from './people.ts'
import { programmeRoutes } from './programmes.ts'
import { proposalRoutes } from './proposals.ts'
import { runRoutes } from './runs.ts'
import { reviewRoutes } from './reviews.ts'
import { serviceRoutes } from './service.ts'
import { signingKeyRoutes } from './signing-keys.ts'
import { waveRoutes } from './waves.ts'

export function registerRoutes(app: App, context: RouteContext): void {
  programmeRoutes(app, context)
  budgetRoutes(app, context)
  waveRoutes(app, context)
  participantRoutes(app, context)
  peopleRoutes(app, context)
  evidenceRoutes(app, context)
  accountRoutes(app, context)
  decisionRoutes(app, context)
  freezeRoutes(app, context)
  failureRoutes(app, context)
  proposalRoutes(app, context)
  signingKeyRoutes(app, context)
  runRoutes(app, context)
  paymentRoutes(app, context)
  ledgerRoutes(app, context)
  discrepancyRoutes(app, context)
  reviewRoutes(app, context)
  callbackRoutes(app, context)
  keyRoutes(app, context)
  messageRoutes(app, context)
  serviceRoutes(app, context)
}
