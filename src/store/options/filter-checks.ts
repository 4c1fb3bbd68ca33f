import type { OptionChecks } from './option-checks.ts'

/** Refuses a value that is no object, because without any name it would select all sessions. */
export function checkObject(call: string, filter: unknown, checks: OptionChecks): void {
  if (typeof filter === 'object' && filter !== null && !Array.isArray(filter)) return
  checks.fault(call, "takes an object, such as { user: 'ada' }")
  checks.done()
}

/** Refuses names without a value: an undefined user must not select the sessions of all users. */
export function refuseUndefined(filter: object, names: readonly string[], checks: OptionChecks): void {
  for (const [name, value] of Object.entries(filter)) {
    if (value === undefined && names.includes(name)) {
      checks.fault(name, 'is undefined; set a value, or omit the name')
    }
  }
}

/** The time of a date, epoch milliseconds. */
export function timeOf(name: string, date: unknown, checks: OptionChecks): number | undefined {
  if (date === undefined) return undefined
  const time = date instanceof Date ? date.getTime() : Number.NaN
  if (!Number.isNaN(time)) return time
  checks.fault(name, 'must be a Date')
  return undefined
}

/** The entries that have a value. */
export function given<Filter extends object>(
  filter: Filter,
): { [Name in keyof Filter]: Exclude<Filter[Name], undefined> } {
  return Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined)) as never
}
