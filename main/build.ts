/** What the compiler leaves out of `dist/`: files that are read at run time, and the workflows as one bundle. */
import { cpSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { CODE_ROOT, PROJECT_ROOT } from '../local/project.ts'
import { bundleWorkflows } from './bundle.ts'

const READ_AT_RUN_TIME = [
  /^programmes(\/[^/]+\.json)?$/,
  /^prisma(\/(roles\.sql|schema\.prisma|[^/]+\.mjs|migrations.*))?$/,
]

/** Where this file stands compiled, `dist` or another folder of the project. */
const dist = CODE_ROOT
const root = PROJECT_ROOT

for (const room of ['programmes', 'prisma']) {
  const isRead = (file: string) => {
    const name = path.relative(root, file).split(path.sep).join('/')
    return READ_AT_RUN_TIME.some((pattern) => pattern.test(name))
  }
  cpSync(path.join(root, room), path.join(dist, room), { recursive: true, filter: isRead })
}

const { code } = await bundleWorkflows(path.join(dist, 'workflows/index.js'))
writeFileSync(path.join(dist, 'workflow-bundle.js'), code)
