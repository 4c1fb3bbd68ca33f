/** What one setting of a database URL means. */
export interface Rule<Draft> {
  /** Takes its value over into what is opened; returns the fault in it, a sentence without the value, or undefined. */
  read?(value: string, draft: Draft): string | undefined
  /** What becomes of it, for `doctor`; where settings work together, by all of them. */
  readonly becomes: string | ((draft: Draft) => string)
  /** Whether its value is one that everyone may see, once it has been read. */
  readonly isShown?: boolean
}

/** The settings of one kind of URL by their names, in lower case. */
export type Rules<Draft> = Readonly<Record<string, Rule<Draft>>>

/** What a URL says, or what is wrong with it. A fault holds nothing of the URL but names of settings. */
export type Reading<Target> =
  | { readonly target: Target; readonly fault?: undefined }
  | { readonly fault: string; readonly target?: undefined }

/** What a URL says that `recogniseDatabase` found right. */
export function soundTarget<Target>({ target, fault }: Reading<Target>): Target {
  if (target) return target
  throw new TypeError(`the URL ${fault}`)
}

const SHOWN_NAME = /^[\w.-]{1,40}$/

/**
 * Reads the settings of a URL.
 *
 * @returns the faults, each a clause that begins with "has"
 */
export function readSettings<Draft>(params: URLSearchParams, rules: Rules<Draft>, draft: Draft): string[] {
  const faults: string[] = []
  for (const [name, value] of params) {
    const rule = ruleOf(rules, name)
    const fault = rule ? rule.read?.(value, draft) : unknownSetting(name, rules)
    if (fault) faults.push(fault.startsWith('has ') ? fault : `has a ${name} that ${fault}`)
  }
  return faults
}

/** One setting of a URL as people read it. */
export interface ExplainedSetting {
  /** `name=value`, or the name alone where the value may be a secret. */
  readonly setting: string
  readonly becomes: string
}

/**
 * What each setting of a URL without faults became.
 *
 * @param draft - what {@link readSettings} made of all of them
 */
export function explainedSettings<Draft>(
  params: URLSearchParams,
  rules: Rules<Draft>,
  draft: Draft,
): ExplainedSetting[] {
  return [...params].flatMap(([name, value]) => {
    const rule = ruleOf(rules, name)
    if (!rule) return []
    const becomes = typeof rule.becomes === 'string' ? rule.becomes : rule.becomes(draft)
    return [{ setting: rule.isShown ? `${name}=${value}` : name, becomes }]
  })
}

const ruleOf = <Draft>(rules: Rules<Draft>, name: string) =>
  Object.hasOwn(rules, name.toLowerCase()) ? rules[name.toLowerCase()] : undefined

// A name may be what follows a question mark in a password that was not encoded.
function unknownSetting(name: string, rules: Rules<never>): string {
  const shown = SHOWN_NAME.test(name) ? `the unknown setting "${name}"` : 'an unknown setting'
  return `has ${shown}; remove it, or percent-encode the password. Known are ${Object.keys(rules).join(', ')}`
}

/** A rule for a value of a list, in any case of letters. */
export function oneOf<Draft>(
  values: readonly string[],
  becomes: Rule<Draft>['becomes'],
  take: (value: string, draft: Draft) => void = () => {},
): Rule<Draft> {
  return {
    becomes,
    isShown: true,
    read(value, draft) {
      const known = values.find((one) => one.toLowerCase() === value.toLowerCase())
      if (known === undefined) return `is none of ${values.join(', ')}`
      take(known, draft)
      return undefined
    },
  }
}

/** A rule for a whole number within bounds. */
export function wholeNumber<Draft>(
  [least, most]: readonly [number, number],
  becomes: Rule<Draft>['becomes'],
  take: (value: number, draft: Draft) => void = () => {},
): Rule<Draft> {
  return {
    becomes,
    isShown: true,
    read(value, draft) {
      const number = Number(value)
      if (!/^\d+$/.test(value) || number < least || number > most) return `is no whole number from ${least} to ${most}`
      take(number, draft)
      return undefined
    },
  }
}

/** A rule for text of any form. */
export function text<Draft>(
  becomes: Rule<Draft>['becomes'],
  take: (value: string, draft: Draft) => void = () => {},
): Rule<Draft> {
  return {
    becomes,
    read(value, draft) {
      take(value, draft)
      return undefined
    },
  }
}

/** The values of a switch. */
export const SWITCH = ['true', 'false', '1', '0']

/** What became of a setting that nothing here depends on. */
export const ACCEPTED = 'accepted; it changes nothing here'

/** Rules for settings by which other libraries run their pools and connections; nothing here depends on them. */
export const unused = <Draft>(...names: readonly string[]): Rules<Draft> =>
  Object.fromEntries(names.map((name) => [name, { becomes: ACCEPTED }]))

/** What a number of connections became. */
export const explainConnections = ({ max }: { max?: number }) =>
  `at most ${max} ${max === 1 ? 'connection' : 'connections'} with each host`

/** What a limit for connecting became, in seconds; 0 sets none. */
export const explainConnecting = (seconds: number | undefined) =>
  seconds === undefined
    ? 'the option operationTimeout limits how long connecting takes'
    : `connecting takes at most ${seconds} s, and never longer than operationTimeout`
