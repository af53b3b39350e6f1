/**
 * Programs of the tools for plain Node: the engine as it is compiled, and what a tool adds as one script beside it. From the sources all of it is
 * slower, a simulated world took 1.4 times as long: tsx has every function remember its name each time it is made.
 */
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { build, type Plugin } from 'esbuild'
import { compiled } from './compiled.ts'
import { PROJECT_ROOT } from './project.ts'

/**
 * Makes the program of a tool, as `bench/callback-server`, in a folder of nothing else; answers with its path, which is that of a compiled program in a
 * folder of compiled programs. Throws when it cannot be compiled.
 */
export async function makeScript(program: string, folder: string): Promise<string> {
  const outfile = path.join(folder, `${program}.js`)
  await build({
    entryPoints: [path.join(PROJECT_ROOT, `${program}.ts`)],
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    logLevel: 'silent',
    outfile,
    plugins: [besides(program, await compiled())],
  })
  writeFileSync(path.join(folder, 'package.json'), '{ "type": "module" }')
  return outfile
}

/** Of its own room everything is in it; the rest is imported where it is. */
function besides(program: string, code: string): Plugin {
  const room = path.join(PROJECT_ROOT, program.slice(0, program.indexOf('/') + 1))
  return {
    name: 'besides',
    setup({ onResolve }) {
      onResolve({ filter: /^/ }, ({ path: name, kind, resolveDir }) => {
        if (kind === 'entry-point') return undefined
        if (!name.startsWith('.')) return { path: import.meta.resolve(name), external: true }
        const file = path.resolve(resolveDir, name)
        if (file.startsWith(room)) return undefined
        const made = path.join(code, path.relative(PROJECT_ROOT, file)).replace(/\.ts$/, '.js')
        return { path: pathToFileURL(made).href, external: true }
      })
    },
  }
}
