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

/** Every import stays one, of the file as it is called when compiled. */
const FILE_BY_FILE: Plugin = {
  name: 'file by file',
  setup({ onResolve }) {
    onResolve({ filter: /^/ }, ({ path: name, kind }) =>
      kind === 'entry-point'
        ? undefined
        : { path: name.startsWith('.') ? name.replace(/\.ts$/, '.js') : name, external: true },
    )
  },
}

const folder = path.resolve(process.argv[2] ?? 'dist')

await build({
  entryPoints: codeFiles(),
  absWorkingDir: PROJECT_ROOT,
  outbase: PROJECT_ROOT,
  outdir: folder,
  bundle: true,
  plugins: [FILE_BY_FILE],
  platform: 'node',
  format: 'esm',
  target: 'node20',
  sourcemap: true,
  logLevel: 'warning',
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
