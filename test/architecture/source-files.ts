import { readdirSync, readFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import { fileURLToPath } from 'node:url'

/** A file of src/ or of bench/. */
export interface SourceFile {
  /** Relative to its folder, with slashes. */
  path: string
  text: string
  /** What it imports, for types too. */
  imports: string[]
}

export const sourceFiles = filesOf('src')
export const benchFiles = filesOf('bench')

function filesOf(folder: 'src' | 'bench'): SourceFile[] {
  const root = fileURLToPath(new URL(`../../${folder}`, import.meta.url))
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => path.endsWith('.ts') && !path.startsWith('node_modules/'))
    .map((path) => {
      const text = readFileSync(join(root, path), 'utf8')
      return { path, text, imports: importsOf(text) }
    })
}

/** What a file imports and re-exports, for types too. */
export function importsOf(text: string): string[] {
  const code = withoutComments(text)
  const statements = code.matchAll(/^\s*(?:import|export)\b[^'"`;]*?\bfrom\s*['"]([^'"]+)['"]/gm)
  const bare = code.matchAll(/^\s*import\s*['"]([^'"]+)['"]/gm)
  const dynamic = code.matchAll(/\b(?:import|require|createRequire\([^)]*\))\(\s*['"]([^'"]+)['"]/g)
  return [...statements, ...bare, ...dynamic].map(([, name]) => name!)
}

export function withoutComments(text: string): string {
  return text.replaceAll(/\/\*[\s\S]*?\*\//g, '').replaceAll(/(^|\s)\/\/.*$/gm, '$1')
}

/** The file that a relative import names. */
export const targetOf = (from: string, name: string) => posix.join(posix.dirname(from), name)

export const isRelative = (name: string) => name.startsWith('.')

/** The ways on which a file imports itself through others. */
export function circles(files: SourceFile[]): string[] {
  const found: string[] = []
  const done = new Set<string>()
  const byPath = new Map(files.map((file) => [file.path, file]))
  const visit = (path: string, above: string[]) => {
    if (above.includes(path)) found.push([...above.slice(above.indexOf(path)), path].join(' → '))
    if (above.includes(path) || done.has(path)) return
    for (const name of byPath.get(path)?.imports.filter(isRelative) ?? []) visit(targetOf(path, name), [...above, path])
    done.add(path)
  }
  for (const { path } of files) visit(path, [])
  return found
}
