/**
 * What `npm run build` makes, once for all tests that start whole stacks. That the sources run as they are is shown by the tests
 * of `npm start` and of the demo.
 */
import type { TestProject } from 'vitest/node'
import { compiled } from '../../local/compiled.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    /** The folder of the compiled programs. */
    built: string
  }
}

/** Vitest's global set-up. */
export function setup(project: TestProject): void {
  project.provide('built', compiled())
}
