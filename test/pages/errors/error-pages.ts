import { readdirSync, readFileSync } from 'node:fs'
import * as errors from '../../../src/errors.ts'
import { atStart } from './at-start.ts'
import type { Failure } from './failure.ts'
import { inUse } from './in-use.ts'

const folder = new URL('../../../docs/errors/', import.meta.url)
const PREFIX = 'FST_STORED_SESSION_'

/** The overview of the errors. */
export const overview = readFileSync(new URL('index.md', folder), 'utf8')

/** The pages of single errors, by their file names. */
export const errorPages = new Map(
  readdirSync(folder)
    .filter((name) => name !== 'index.md')
    .map((name) => [name, readFileSync(new URL(name, folder), 'utf8')]),
)

/** Every error that the package exports. */
export const faults = Object.values(errors).map((Fault) => {
  const { code, statusCode } = new Fault('', '', '')
  return { Fault, code, statusCode, file: `${code.slice(PREFIX.length).toLowerCase().replaceAll('_', '-')}.md` }
})

/** The blocks of a page in a language. */
export const blocksOf = (page: string, language: string): string[] =>
  [...page.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)\\n\`\`\`$`, 'gm'))].map(([, text]) => text!)

/** What is quoted on a page, from the source. */
export const quotesOf = (page: string): string[] =>
  [...page.matchAll(/“([^”]+)”/g)].map(([, text]) => text!.replaceAll(/\s+/g, ' '))

/** Makes the errors of a code: by what applications do, or, where the message is always the same, by its class. */
export async function failuresOfCode(code: string): Promise<Failure[]> {
  const ways = [atStart[code], inUse[code]].filter((way) => way !== undefined)
  if (ways.length > 0) return (await Promise.all(ways.map((way) => way()))).flat()
  const { Fault } = faults.find((fault) => fault.code === code)!
  const failure: Failure = Reflect.construct(Fault, [])
  if (/%[sd]/.test(failure.message)) throw new Error(`the message of ${code} differs, so it has to be produced`)
  return [failure]
}
