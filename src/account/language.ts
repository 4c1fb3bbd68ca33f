import type { FastifyRequest } from 'fastify'
import { acceptedLanguage } from '../pages/languages.ts'
import type { AccountTexts } from './texts/texts.ts'

/** The language of a page, and its words. */
export interface Language {
  /** A language tag such as `de`. */
  readonly tag: string
  readonly texts: AccountTexts
}

/** The language of a request, by its header Accept-Language; English where none of its languages is available. */
export function languageOf({ headers }: FastifyRequest, texts: ReadonlyMap<string, AccountTexts>): Language {
  const tag = acceptedLanguage(headers['accept-language'], [...texts.keys()])
  return { tag, texts: texts.get(tag)! }
}
