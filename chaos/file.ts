/** The file that is handed in again, tried on the compiled engine: three thousand people took 117 s so, and 131 s from the sources. */
import { fork } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { makeScript } from '../local/script.ts'
import type { FileOptions, FileResult } from './file/trial.ts'

/** What the process that tries it is asked for. */
export type Asked = Omit<FileOptions, 'tell'>

/** What it says. */
export type Said = { readonly line: string } | { readonly result: FileResult } | { readonly error: string }

/** Hands the file in, cut off, whole and in parts, and lets the auditor judge. Throws when the trial cannot be held. */
export async function resubmit(options: FileOptions): Promise<FileResult> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'lunas-file-'))
  try {
    return await tried(await makeScript('chaos/file/work', folder), options)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function tried(script: string, { tell, ...asked }: FileOptions): Promise<FileResult> {
  return new Promise((resolve, reject) => {
    const child = fork(script, { execArgv: [] })
    child.on('message', (said: Said) => {
      if ('line' in said) tell(said.line)
      else if ('result' in said) resolve(said.result)
      else reject(new Error(said.error))
    })
    child.on('error', reject)
    child.on('exit', (code) => reject(new Error(`the trial ended with ${String(code)} and no result`)))
    child.send(asked)
  })
}
