/** The `lunas` command beside a running stack, as operators use it. */
import { expect } from 'vitest'
import type { LiveStack } from './e2e.ts'
import { lunas, type Ran } from './e2e-command.ts'
import { commandsIn, readDocument, sectionUnder } from './markdown.ts'

export interface LiveCommands {
  /** With nothing given but the data folder: where the API is and the keys are found in it. */
  run(...args: string[]): Promise<Ran>
  /** What a command that must succeed says with `--json`. */
  json(...args: string[]): Promise<any>
  /** Every command of a document, or of what stands under a heading of it, with its placeholders filled in from what was said before; what each says. */
  runAll(document: string, filled?: Readonly<Record<string, string>>, under?: string): Promise<string[]>
}

export function commandsBeside(live: LiveStack): LiveCommands {
  const environment = { LUNAS_DATA_DIR: live.stack.dataDir, LUNAS_PORT: new URL(live.stack.apiUrl).port }
  const run = (...args: string[]): Promise<Ran> => lunas(args, { environment })
  return {
    run,
    async json(...args) {
      const { code, stdout, stderr } = await run(...args, '--json')
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
      return JSON.parse(stdout)
    },
    async runAll(document, filled = {}, under) {
      const said: string[] = []
      const found: Record<string, string> = { PROGRAMME: live.programme.code, WAVE: '1', ...filled }
      const text = readDocument(document)
      for (const command of commandsIn(under === undefined ? text : sectionUnder(text, under))) {
        const words = [...command.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, word]) => quoted ?? word ?? '')
        const { code, stdout, stderr } = await run(...words.slice(1).map((word) => found[word] ?? word))
        expect({ command, code, stderr }).toEqual({ command, code: 0, stderr: '' })
        found['FREEZE'] = / {2}([0-9a-f-]{36})\n/.exec(stdout)?.[1] ?? found['FREEZE'] ?? ''
        found['RUN'] = /^([a-z0-9-]+:\d{8}-\d+):/.exec(stdout)?.[1] ?? found['RUN'] ?? ''
        found['PROPOSAL'] = /approvals approve ([0-9a-f-]{36})/.exec(stdout)?.[1] ?? found['PROPOSAL'] ?? ''
        said.push(stdout)
      }
      return said
    },
  }
}
