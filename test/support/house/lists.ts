/** Rules about lists: what exists in one place must be named in another. */
import type { CodeFile, TextFile } from './source.ts'

function foldersIn(room: string, paths: readonly string[]): Map<string, string[]> {
  const folders = new Map<string, string[]>()
  for (const path of paths) {
    const [first, folder, ...rest] = path.split('/')
    if (first !== room || folder === undefined || rest.length === 0) continue
    folders.set(folder, [...(folders.get(folder) ?? []), rest.join('/')])
  }
  return folders
}

/** Sibling folders hold files of the same names: who has read one knows them all. */
export function siblingFaults(room: string, paths: readonly string[]): string[] {
  const folders = foldersIn(room, paths)
  const names = [...new Set([...folders.values()].flat())]
  return [...folders].flatMap(([folder, files]) =>
    names
      .filter((name) => !files.includes(name))
      .map((name) => `${room}/${folder}/${name} is missing; its siblings have it: write it or merge theirs`),
  )
}

/** Files or folders that the registry of their room does not import. */
export function unlistedFaults(wanted: readonly string[], registry: CodeFile): string[] {
  const listed = registry.imports.map(({ target }) => target)
  const missing = wanted.filter((path) => !listed.some((one) => one === path || one?.startsWith(`${path}/`)))
  return missing.map((path) => `${path} is not in ${registry.path}; add its line there`)
}

export function foldersOf(room: string, paths: readonly string[]): string[] {
  return [...foldersIn(room, paths).keys()].map((folder) => `${room}/${folder}`)
}

/** Names that a text does not hold as `code`. */
export function unmentionedFaults(names: readonly string[], file: TextFile): string[] {
  const missing = names.filter((name) => !file.text.includes(`\`${name}\``))
  return missing.map((name) => `${file.path} says nothing of \`${name}\`; add what it means and what to do`)
}

interface Manifest {
  readonly [group: string]: unknown
  readonly dependencies?: Readonly<Record<string, string>>
  readonly devDependencies?: Readonly<Record<string, string>>
}

const EXACT = /^(npm:@?[\w./-]+@)?\d+\.\d+\.\d+(-[\w.]+)?$/

/** Versions that are no exact pins. `ranges` are the ones meant, with their reason beside them. */
export function pinFaults(manifest: Manifest, ranges: Readonly<Record<string, string>>): string[] {
  const all = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies })
  const loose = all.filter(([name, version]) => !EXACT.test(version) && !(name in ranges))
  return loose.map(([name, version]) => `package.json: ${name} ${version} is a range; write the version that was tried`)
}

interface Lockfile {
  readonly packages: Readonly<Record<string, { readonly resolved?: string; readonly hasInstallScript?: boolean }>>
}

/** A lockfile with addresses works only where it was made. */
export function lockfileFaults(lockfile: Lockfile): string[] {
  const located = Object.entries(lockfile.packages).filter(([, one]) => one.resolved?.includes('://'))
  return located.map(
    ([name]) => `package-lock.json: ${name} has an address; keep omit-lockfile-registry-resolved in .npmrc`,
  )
}

/** Every install script is decided about. */
export function scriptFaults(lockfile: Lockfile, decided: Readonly<Record<string, boolean>>): string[] {
  const withScript = Object.entries(lockfile.packages).filter(([, one]) => one.hasInstallScript)
  const names = new Set(withScript.map(([path]) => path.slice(path.lastIndexOf('node_modules/') + 13)))
  return [
    ...[...names]
      .filter((name) => !(name in decided))
      .map((name) => `package.json: allowScripts does not decide ${name}`),
    ...Object.keys(decided)
      .filter((name) => !names.has(name))
      .map((name) => `package.json: allowScripts names ${name}, which has no script; take it out`),
  ]
}
