import { readFileSync } from 'node:fs'

export const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')

/** The blocks of code in some languages, in their order. */
export function blocks(...languages: string[]): string[] {
  const found = readme.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)
  return [...found].filter(([, language]) => languages.includes(language!)).map(([, , code]) => code!)
}

/** The rows of the table whose heading row begins with this cell: their cells. */
export function table(firstHeading: string): string[][] {
  const lines = readme.split('\n')
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
