import { readFileSync } from 'node:fs'

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')

export const readme = read('README.md')

const PAGES = [
  'sessions',
  'stolen-cookies',
  'device-bound',
  'limits',
  'rotating-keys',
  'serverless',
  'instrumentation',
  'examples',
  'metadata',
  'history',
  'privacy',
  'from-fastify-session',
]

/** The README and the pages that go on where it ends, by their paths. */
export const manual = new Map([
  ['README.md', readme],
  ...PAGES.map((page): [string, string] => {
    const path = `docs/${page}.md`
    return [path, read(path)]
  }),
])

const whole = [...manual.values()].join('\n')

/** The blocks of code in some languages, in their order. */
export function blocks(...languages: string[]): string[] {
  const found = whole.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)
  return [...found].filter(([, language]) => languages.includes(language!)).map(([, , code]) => code!)
}

/** The rows of the table in README or manual whose heading row begins with this cell: their cells. */
export function table(firstHeading: string): string[][] {
  const lines = whole.split('\n')
  const start = lines.findIndex((line) => line.startsWith(`| ${firstHeading} |`))
  if (start < 0) throw new Error(`there is no table "${firstHeading}"`)
  const rows = lines.slice(start + 2)
  return rows
    .slice(
      0,
      rows.findIndex((line) => !line.startsWith('|')),
    )
    .map(cellsOf)
}

/** What stands in code marks. */
export function codeIn(text: string): string[] {
  return [...text.matchAll(/`([^`]+)`/g)].map(([, code]) => code!)
}

function cellsOf(line: string): string[] {
  return line
    .slice(1, -1)
    .split('|')
    .map((cell) => cell.trim())
}
