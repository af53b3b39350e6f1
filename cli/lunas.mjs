#!/usr/bin/env node
// The `lunas` command of a checkout: what was compiled of these very sources last (local/compiled.ts), else the sources themselves. What
// `npm run build` makes is run as `node dist/cli/main.js`.
import { readdirSync, statSync } from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'

const CACHE = path.join(import.meta.dirname, '../.cache')
const main = await compiledMain()
if (main === null) {
  const { register } = await import('tsx/esm/api')
  register()
  await import('./main.ts')
} else {
  await import(main)
}

async function compiledMain() {
  try {
    const times = (name) => statSync(path.join(CACHE, name)).mtimeMs
    const made = readdirSync(CACHE).filter((name) => /^code-[0-9a-f]+$/.test(name))
    const [last] = made.toSorted((one, other) => times(other) - times(one))
    const fileOf = (name) => pathToFileURL(path.join(CACHE, last, name)).href
    const { isCurrent } = await import(fileOf('local/compiled.js'))
    return isCurrent() ? fileOf('cli/main.js') : null
  } catch {
    // Nothing was compiled, or not by this version.
    return null
  }
}
