/** Reads the house as the rules see it: every file with its text, and of code its imports, exports and functions. */
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import ts from 'typescript'
import { PROJECT_ROOT } from '../../../local/project.ts'

export interface TextFile {
  /** From the project's folder, with `/`. */
  readonly path: string
  readonly text: string
}

export interface Import {
  readonly specifier: string
  /** What is imported, when it is a file of ours. */
  readonly target: string | null
  readonly kind: 'value' | 'type'
  readonly line: number
}

export interface CodeFunction {
  readonly name: string
  readonly line: number
  /** Its own: those of the functions inside it are theirs. */
  readonly lines: number
}

export interface CodeFile extends TextFile {
  readonly lines: number
  readonly imports: readonly Import[]
  readonly functions: readonly CodeFunction[]
  readonly exports: readonly string[]
  readonly hasDefaultExport: boolean
}

/** Made by tools or by running; `.git` and the like are no part of the house. */
const NOT_OURS = new Set(['node_modules', 'dist', '.git', '.cache', '.data', 'generated'])
const TEXTS =
  /(\.(ts|tsx|mjs|json|jsonc|md|sql|prisma|csv|txt|toml|yml|yaml|css|html)|^LICENSE|^\.[a-z]+(rc|ignore)|^\.env\.example|^run)$/

/** Every text file of the project. */
export function readHouse(folder = ''): TextFile[] {
  return readdirSync(path.join(PROJECT_ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    const name = folder === '' ? entry.name : `${folder}/${entry.name}`
    if (entry.isDirectory()) return NOT_OURS.has(entry.name) ? [] : readHouse(name)
    return TEXTS.test(entry.name) ? [{ path: name, text: readFileSync(path.join(PROJECT_ROOT, name), 'utf8') }] : []
  })
}

export function isCode(file: TextFile): boolean {
  return /\.(ts|tsx|mjs)$/.test(file.path)
}

/** Reads one file of code. Nothing is resolved but relative paths, so that a rule can be tried on an invented file. */
export function readCode(file: TextFile): CodeFile {
  const tree = ts.createSourceFile(file.path, file.text, ts.ScriptTarget.Latest, true)
  const found: { imports: Import[]; functions: CodeFunction[] } = { imports: [], functions: [] }
  collect(tree, file.path, found)
  const exported = tree.statements.flatMap(exportedNames)
  return {
    ...file,
    ...found,
    lines: file.text.split('\n').length - 1,
    exports: exported.filter((name) => name !== 'default'),
    hasDefaultExport: exported.includes('default'),
  }
}

function collect(node: ts.Node, from: string, found: { imports: Import[]; functions: CodeFunction[] }): void {
  const imported = importOf(node)
  if (imported) {
    const { specifier, kind } = imported
    const target = specifier.startsWith('.') ? path.posix.normalize(path.posix.join(from, '..', specifier)) : null
    found.imports.push({ specifier, target, kind, line: lineOf(node) })
  }
  if (isFunction(node)) found.functions.push({ name: nameOf(node), line: lineOf(node), lines: ownLines(node) })
  ts.forEachChild(node, (child) => collect(child, from, found))
}

function importOf(node: ts.Node): { specifier: string; kind: 'value' | 'type' } | null {
  if (ts.isImportDeclaration(node)) {
    return { specifier: textOf(node.moduleSpecifier), kind: isOnlyTypes(node.importClause) ? 'type' : 'value' }
  }
  if (ts.isExportDeclaration(node) && node.moduleSpecifier) {
    return { specifier: textOf(node.moduleSpecifier), kind: node.isTypeOnly ? 'type' : 'value' }
  }
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
    return { specifier: textOf(node.argument.literal), kind: 'type' }
  }
  if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
    const [specifier] = node.arguments
    return specifier && ts.isStringLiteralLike(specifier) ? { specifier: specifier.text, kind: 'value' } : null
  }
  return null
}

function isOnlyTypes(clause: ts.ImportClause | undefined): boolean {
  if (clause === undefined) return false
  if (clause.phaseModifier === ts.SyntaxKind.TypeKeyword) return true
  const named = clause.namedBindings
  return (
    !clause.name && named !== undefined && ts.isNamedImports(named) && named.elements.every((one) => one.isTypeOnly)
  )
}

function isFunction(node: ts.Node): node is ts.SignatureDeclaration {
  return ts.isFunctionLike(node) && 'body' in node && node.body !== undefined
}

function linesOf(node: ts.Node): number {
  return node.getSourceFile().getLineAndCharacterOfPosition(node.getEnd()).line + 2 - lineOf(node)
}

function ownLines(node: ts.SignatureDeclaration): number {
  let nested = 0
  const visit = (child: ts.Node): void => {
    if (isFunction(child)) nested += linesOf(child) - 1
    else ts.forEachChild(child, visit)
  }
  ts.forEachChild(node, visit)
  return linesOf(node) - nested
}

function textOf(node: ts.Node): string {
  return ts.isStringLiteralLike(node) ? node.text : node.getText()
}

function lineOf(node: ts.Node): number {
  return node.getSourceFile().getLineAndCharacterOfPosition(node.getStart()).line + 1
}

function nameOf(node: ts.SignatureDeclaration): string {
  if (node.name) return node.name.getText()
  const parent = node.parent
  if (ts.isVariableDeclaration(parent) || ts.isPropertyAssignment(parent)) return parent.name.getText()
  return ts.isCallExpression(parent) ? `${parent.expression.getText().slice(0, 40)}(…)` : 'a function'
}

function exportedNames(statement: ts.Statement): string[] {
  if (ts.isExportAssignment(statement)) return ['default']
  if (ts.isExportDeclaration(statement)) {
    const clause = statement.exportClause
    return clause && ts.isNamedExports(clause) ? clause.elements.map((one) => one.name.text) : []
  }
  const modifiers = ts.canHaveModifiers(statement) ? (ts.getModifiers(statement) ?? []) : []
  if (!modifiers.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword)) return []
  if (modifiers.some(({ kind }) => kind === ts.SyntaxKind.DefaultKeyword)) return ['default']
  if (ts.isVariableStatement(statement)) {
    return statement.declarationList.declarations.map(({ name }) => name.getText())
  }
  return 'name' in statement && statement.name ? [(statement.name as ts.Identifier).text] : []
}
