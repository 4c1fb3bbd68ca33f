import type { Dialect } from '../harness/databases.ts'
import type { Fault } from './fault.ts'
import { injectErrors } from './injected-errors.ts'
import { trouble } from './network-faults.ts'

/** What a server may answer that passes when the statement is sent again, and what does not. */
const CODES: Record<Exclude<Dialect, 'sqlite'>, { passing: string[]; lasting: string[] }> = {
  // Serialization failure, deadlock · the server shuts down, has no connections left, is read-only.
  pg: { passing: ['40001', '40P01'], lasting: ['57P01', '53300', '25006'] },
  // Lock wait timeout, deadlock · read-only, and the client's own codes for a lost connection.
  mysql: { passing: ['1205', '1213'], lasting: ['1290', '2006', '2013'] },
}

/** Errors of a server, each as long as it lasts, and those that pass also once for each of two statements. */
export function codeFaults(dialect: Exclude<Dialect, 'sqlite'>): Fault[] {
  const { passing, lasting } = CODES[dialect]
  const twice = passing.map((code) =>
    trouble(`error ${code}, twice`, 'none', (proxy) => injectErrors(proxy, dialect, code, 2)),
  )
  const always = [...passing, ...lasting].map((code) =>
    trouble(`error ${code}, every time`, 'all', (proxy) => injectErrors(proxy, dialect, code)),
  )
  return [...twice, ...always]
}
