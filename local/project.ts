import { existsSync } from 'node:fs'
import path from 'node:path'

/** The folder of the code that runs: the project's, or that of its compiled copy. What is read at run time stands beside it. */
export const CODE_ROOT = path.dirname(import.meta.dirname)

/** The folder that holds package.json, whether this runs from the sources or from their compiled copy. */
export const PROJECT_ROOT = findRoot(import.meta.dirname)

function findRoot(folder: string): string {
  if (existsSync(path.join(folder, 'package.json'))) return folder
  const parent = path.dirname(folder)
  if (parent === folder) throw new Error(`no package.json above ${import.meta.dirname}`)
  return findRoot(parent)
}
