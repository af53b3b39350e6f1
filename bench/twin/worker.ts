/** The twin's worker, a process of its own like the engine's. */
import path from 'node:path'
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker'
import { loadConfig, requireSettings } from '../../config.ts'
import { PROJECT_ROOT } from '../../local/project.ts'
import { createTwinActivities } from './activities.ts'
import { TWIN_GATEWAY_QUEUE, TWIN_QUEUE } from './messages.ts'

const config = requireSettings(loadConfig(), 'temporalAddress', 'sandboxUrl', 'sandboxApiKey')
Runtime.install({ logger: new DefaultLogger('ERROR') })
const connection = await NativeConnection.connect({ address: config.temporalAddress })
const activities = createTwinActivities(config.sandboxUrl, config.sandboxApiKey.reveal())
const lives = await Worker.create({
  connection,
  namespace: config.temporalNamespace,
  taskQueue: TWIN_QUEUE,
  workflowsPath: path.join(PROJECT_ROOT, 'bench/twin/workflow.ts'),
  activities,
  maxCachedWorkflows: 2000,
})
const calls = await Worker.create({
  connection,
  namespace: config.temporalNamespace,
  taskQueue: TWIN_GATEWAY_QUEUE,
  activities,
})
process.once('disconnect', () => process.exit(0))
const running = Promise.all([lives.run(), calls.run()])
process.send?.('ready')
await running
