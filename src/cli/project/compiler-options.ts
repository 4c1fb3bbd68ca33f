import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'

/** What a tsconfig.json says, with what it extends. */
export type CompilerOptions = Readonly<Record<string, unknown>>

interface Configuration {
  readonly extends?: string | readonly string[]
  readonly compilerOptions?: CompilerOptions
}

/** The options of a tsconfig.json. What cannot be read says nothing: that is for the compiler to tell. */
export function compilerOptionsOf(file: string, isSeen: readonly string[] = []): CompilerOptions {
  const { extends: bases = [], compilerOptions } = configurationIn(file)
  const inherited = [bases].flat().map((name) => {
    const base = fileOf(name, file)
    return base === undefined || isSeen.includes(base) ? {} : compilerOptionsOf(base, [...isSeen, file])
  })
  return Object.assign({}, ...inherited, compilerOptions)
}

function configurationIn(file: string): Configuration {
  try {
    return JSON.parse(withoutComments(readFileSync(file, 'utf8')))
  } catch {
    return {}
  }
}

// Strings are matched too, so that what looks like a comment inside one stays.
const withoutComments = (text: string) =>
  text
    .replaceAll(/("(?:\\.|[^"\\])*")|\/\/.*|\/\*[\s\S]*?\*\//g, '$1')
    .replaceAll(/("(?:\\.|[^"\\])*")|,(?=\s*[}\]])/g, '$1')

function fileOf(name: string, from: string): string | undefined {
  const { resolve } = createRequire(from)
  for (const candidate of [`${name}/tsconfig.json`, `${name}.json`, name]) {
    try {
      return resolve(candidate)
    } catch {
      // One of the other names, then.
    }
  }
  return undefined
}
