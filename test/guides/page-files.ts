import { readFileSync } from 'node:fs'

/** The code of a page whose first line names its file, such as `// app.ts`, by these names. */
export function filesOf(page: string): Map<string, string> {
  const text = readFileSync(new URL(`../../docs/${page}.md`, import.meta.url), 'utf8')
  const named = text.matchAll(/^```\w+\n(?:\/\/|<!--|#) ([+\w./-]+\.\w+)[^\n]*\n[\s\S]*?^```$/gm)
  return new Map([...named].map(([block, name]) => [name!, block.split('\n').slice(1, -1).join('\n')]))
}
