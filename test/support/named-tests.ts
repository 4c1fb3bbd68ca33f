import { existsSync, readFileSync } from 'node:fs'

const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')

/** What the tests of a file are called, as they stand there: with `${…}` where something is filled in. */
export function titlesIn(file: string): string[] {
  const path = new URL(`../../${file}`, import.meta.url)
  if (!existsSync(path)) return []
  const titles = readFileSync(path, 'utf8').matchAll(/\btest\(\s*(['"`])((?:\\.|(?!\1).)+)\1/gs)
  return [...titles].map(([, , title]) => title!)
}

/** Whether a file has a test of this name; what is filled in when it runs may be anything. */
export function hasTest(file: string, name: string): boolean {
  return titlesIn(file).some((title) => {
    const parts = title.split(/\$\{[^}]*\}/).map(escaped)
    return new RegExp(`^${parts.join('.+')}$`).test(name)
  })
}
