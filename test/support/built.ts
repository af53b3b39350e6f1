/** What `npm run build` makes, once for all tests that start whole stacks. */
import type { TestProject } from 'vitest/node'
import { compiled } from '../../local/compiled.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    /** The folder of the compiled programs. */
    built: string
  }
}

/** Vitest's global set-up. */
export async function setup(project: TestProject): Promise<void> {
  project.provide('built', await compiled())
}
