/**
 * `node --import tsx main/build.ts [folder]`: makes what plain Node runs, in `dist/` or another folder of the project. The sources as JavaScript, file by
 * file, what is read at run time, and the workflows as one script. Types are checked elsewhere.
 */
import { cpSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { build, type Plugin } from 'esbuild'
import { codeFiles } from '../local/compiled.ts'
import { PROJECT_ROOT } from '../local/project.ts'
import { bundleWorkflows } from './bundle.ts'

const READ_AT_RUN_TIME = [
  /^programmes(\/[^/]+\.json)?$/,
  /^prisma(\/(roles\.sql|schema\.prisma|[^/]+\.mjs|migrations.*))?$/,
]

/** Imports from a package of very many files, made few: every program loads it at its start. All of them, for they share what they know. */
const MADE_FEW = ['typebox', 'typebox/system', 'typebox/value']
const packageFile = (name: string): string => `packages/${name}.js`

/** Every import stays one, of the file as it is called when compiled. */
const FILE_BY_FILE: Plugin = {
  name: 'file by file',
  setup({ onResolve }) {
    onResolve({ filter: /^/ }, ({ path: name, kind, resolveDir }) => {
      if (kind === 'entry-point') return undefined
      if (name.startsWith('.')) return { path: name.replace(/\.ts$/, '.js'), external: true }
      if (MADE_FEW.includes(name)) return { path: relativeTo(resolveDir, packageFile(name)), external: true }
      if (MADE_FEW.some((made) => name.startsWith(`${made}/`)))
        return { errors: [{ text: `${name} is not in MADE_FEW` }] }
      return { path: name, external: true }
    })
  },
}

/** As an import from a folder of the sources says it. */
function relativeTo(folder: string, file: string): string {
  const found = path.relative(folder, path.join(PROJECT_ROOT, file)).split(path.sep).join('/')
  return found.startsWith('.') ? found : `./${found}`
}

const folder = path.resolve(process.argv[2] ?? 'dist')

const FOR_NODE = {
  absWorkingDir: PROJECT_ROOT,
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  logLevel: 'warning',
} as const

await build({
  ...FOR_NODE,
  entryPoints: codeFiles(),
  outbase: PROJECT_ROOT,
  outdir: folder,
  plugins: [FILE_BY_FILE],
  sourcemap: true,
})
await build({
  ...FOR_NODE,
  entryPoints: MADE_FEW.map((name) => ({ in: name, out: `packages/${name}` })),
  outdir: folder,
  splitting: true,
  chunkNames: 'packages/[name]-[hash]',
})
for (const room of ['programmes', 'prisma']) {
  const isRead = (file: string) => {
    const name = path.relative(PROJECT_ROOT, file).split(path.sep).join('/')
    return READ_AT_RUN_TIME.some((pattern) => pattern.test(name))
  }
  cpSync(path.join(PROJECT_ROOT, room), path.join(folder, room), { recursive: true, filter: isRead })
}
const { code } = await bundleWorkflows(path.join(folder, 'workflows/index.js'))
writeFileSync(path.join(folder, 'workflow-bundle.js'), code)
