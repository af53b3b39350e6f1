/** The workflows and all they need as one script, made from the sources. */
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker'

/**
 * Frames of a stack that workflow code keeps. The SDK notes for every promise where it was made, which is what the call stack of a
 * waiting life shows; with the usual ten frames that is a quarter of what a life costs its worker. These are enough to name the
 * script and what it waits for.
 */
const FRAMES = 4

/** The script, to be written beside the compiled code or given to a worker. */
export async function bundleWorkflows(workflowsPath: string): Promise<{ readonly code: string }> {
  const { code } = await bundleWorkflowCode({ workflowsPath, logger: new DefaultLogger('WARN') })
  // On the first line, so that the lines of the source map stay true; before the SDK freezes what all lives share.
  return { code: `Error.stackTraceLimit = ${FRAMES};${code}` }
}
