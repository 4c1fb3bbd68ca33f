import { readdirSync, readFileSync } from 'node:fs'

const root = new URL('../../', import.meta.url)

/** The folder of the reference that is generated from the sources. */
const GENERATED = 'api/'

/** The pages that people write, by their paths in the repository. */
export function writtenPages(): string[] {
  const names = readdirSync(new URL('docs/', root), { recursive: true, encoding: 'utf8' })
    .map((name) => name.replaceAll('\\', '/'))
    .filter((name) => name.endsWith('.md') && !name.includes('node_modules/') && !name.startsWith(GENERATED))
  return ['README.md', 'CONTRIBUTING.md', 'SECURITY.md', ...names.map((name) => `docs/${name}`).sort()]
}

/** A word, and the line in which it stands. */
export interface Word {
  readonly text: string
  readonly line: number
}

const NOT_PROSE = [
  /^---\n[\s\S]*?\n---$/m,
  /^( *)(`{3,}|~{3,})[\s\S]*?^\1\2$/gm,
  /<!--[\s\S]*?-->/g,
  /<\/?[a-z][^>]*>/gi,
  /(`+)[\s\S]*?\1/g,
  /\]\([^)]*\)/g,
  /https?:\/\/\S+/g,
  /[\w.-]+@[\w.-]+/g,
  // Paths, files, names of packages and identifiers.
  /@?[\w.-]*[\w]\/[\w./-]+/g,
  /\w[\w-]*\.[a-z]\w+/g,
  /@\w[\w-]*|\w*[\d_]\w*|\b[a-z]+[A-Z]\w*/g,
  /&#?\w+;/g,
]

/** The words of a page outside of code, links and markup. */
export function wordsOf(path: string): Word[] {
  const text = readFileSync(new URL(path, root), 'utf8')
  // Every line keeps its number.
  const blank = (found: string) => found.replaceAll(/[^\n]/g, ' ')
  const prose = NOT_PROSE.reduce((rest, pattern) => rest.replace(pattern, blank), text)
  return prose.split('\n').flatMap((line, index) =>
    [...line.matchAll(/\p{L}+(?:['’]\p{L}+)*/gu)].map(([word]) => ({
      text: word.replace('’', "'"),
      line: index + 1,
    })),
  )
}
