/**
 * What the first start in a checkout would have to make, made when its packages are installed (`prepare` of package.json). Where only those of
 * production are, there is nothing to make it with, and nothing that needs it.
 */
import { createRequire } from 'node:module'

const isThere = (name) => {
  try {
    return createRequire(import.meta.url).resolve(name) !== ''
  } catch {
    return false
  }
}

if (['esbuild', 'tsx'].every(isThere)) {
  await import('../prisma/generate.mjs')
  const { register } = await import('tsx/esm/api')
  register()
  const { compiled } = await import('./compiled.ts')
  await compiled()
}
