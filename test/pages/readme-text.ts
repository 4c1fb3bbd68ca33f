import { readdirSync, readFileSync } from 'node:fs'

/** The text of a page, by its path in the repository. */
export const pageText = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')

export const readme = pageText('README.md')

const PAGES = [
  'options',
  'methods',
  'session-content',
  'databases',
  'keys',
  'trimming',
  'alternatives',
  'benchmarks',
  'guarantees',
  'reliability',
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
  ...errorPages(),
]

/** The pages of docs/errors, the overview first. */
function errorPages(): string[] {
  const names = readdirSync(new URL('../../docs/errors', import.meta.url)).filter((name) => name !== 'index.md')
  return ['errors/index', ...names.map((name) => `errors/${name.replace(/\.md$/, '')}`)]
}

/** The README and the pages that go on where it ends, by their paths. */
export const manual = new Map([
  ['README.md', readme],
  ['CONTRIBUTING.md', pageText('CONTRIBUTING.md')],
  ...PAGES.map((page): [string, string] => {
    const path = `docs/${page}.md`
    return [path, pageText(path)]
  }),
])

const whole = [...manual.values()].join('\n')

/** The blocks of code in some languages, in their order. */
export function blocks(...languages: string[]): string[] {
  const found = whole.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)
  return [...found].filter(([, language]) => languages.includes(language!)).map(([, , code]) => code!)
}

/** The rows of the table in a text, or in the whole manual, whose heading row begins with this cell: their cells. */
export function table(firstHeading: string, text = whole): string[][] {
  const lines = text.split('\n')
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
