import type { FastifyRequest } from 'fastify'
import { isOwnPath } from '../pages/own-path.ts'
import { OptionChecks } from '../store/options/option-checks.ts'
import { english } from './texts/english.ts'
import { french } from './texts/french.ts'
import { german } from './texts/german.ts'
import { spanish } from './texts/spanish.ts'
import type { AccountTexts } from './texts/texts.ts'

/**
 * Options of {@link sessionAccount}.
 *
 * @example
 * ```ts
 * const options: SessionAccountOptions = {
 *   prefix: '/account/sessions',
 *   signIn: '/login',
 *   texts: { en: { title: 'Where you are signed in' } },
 * }
 * ```
 */
export interface SessionAccountOptions {
  /** The path of the page, as Fastify reads it. @defaultValue `''`, the path of the scope */
  prefix?: string
  /** Makes the whole document around the page, from its content, which is safe HTML. @defaultValue a plain document */
  layout?: (content: string, request: FastifyRequest) => string | Promise<string>
  /**
   * Words that replace the built-in ones, by language and name: `{ en: { title: 'Where you are signed in' } }`. A language
   * that is not built in gets the missing words from English. Built in are English, German, French and Spanish.
   * @defaultValue the built-in words
   */
  texts?: Record<string, Partial<AccountTexts>>
  /** The path of the sign-in page, for visitors who are not signed in. @defaultValue none: visitors get the status 401 */
  signIn?: string
}

/** The options as the page uses them. */
export interface CheckedAccountOptions {
  readonly layout: SessionAccountOptions['layout']
  /** By lower-case language tag, English first. */
  readonly texts: ReadonlyMap<string, AccountTexts>
  readonly signIn: string | undefined
}

const NAMES = ['layout', 'texts', 'signIn', 'prefix', 'logLevel', 'logSerializers'] as const
const BUILT_IN: Record<string, AccountTexts> = { en: english, de: german, fr: french, es: spanish }

/** @throws `FST_STORED_SESSION_INVALID_OPTIONS`, naming every fault with its fix */
export function checkAccountOptions(options: SessionAccountOptions): CheckedAccountOptions {
  const checks = new OptionChecks()
  checks.names(options, NAMES)
  checks.optionalFunction('layout', options.layout)
  checkSignIn(options.signIn, checks)
  const texts = checkTexts(options.texts, checks)
  checks.done('sessionAccount')
  return { layout: options.layout, texts, signIn: options.signIn }
}

function checkSignIn(signIn: unknown, checks: OptionChecks): void {
  if (signIn === undefined || isOwnPath(signIn)) return
  checks.fault('signIn', 'must be a path of this application, such as "/login"')
}

function checkTexts(given: unknown = {}, checks: OptionChecks): Map<string, AccountTexts> {
  const texts = new Map(Object.entries(BUILT_IN))
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    checks.fault('texts', 'must be an object of languages, such as { en: { title: "Where you are signed in" } }')
    return texts
  }
  for (const [language, words] of Object.entries(given)) {
    const tag = checkLanguage(language, checks)
    if (typeof words !== 'object' || words === null) checks.fault(`texts.${language}`, 'must be an object of words')
    else if (tag) texts.set(tag, { ...(texts.get(tag) ?? english), ...checkWords(language, words, checks) })
  }
  return texts
}

function checkLanguage(language: string, checks: OptionChecks): string | undefined {
  if (/^[a-z]{2,3}(-[a-z0-9]{2,8})*$/i.test(language)) return language.toLowerCase()
  checks.fault('texts', `has ${JSON.stringify(language)}, which is not a language tag such as "en" or "pt-BR"`)
  return undefined
}

function checkWords(language: string, words: object, checks: OptionChecks): Partial<AccountTexts> {
  const prefix = `texts.${language}.`
  checks.names(words, Object.keys(english), prefix)
  const given = Object.entries(words).filter(([, word]) => word !== undefined)
  for (const [name, word] of given) checks.text(`${prefix}${name}`, word, '')
  return Object.fromEntries(given)
}
