import { parseArgs } from 'node:util'
import { databaseList, databaseNames } from '../harness/selection.ts'
import { type VersionSet, versionSets } from './manifest.ts'

/** One run of the tests. */
export interface Leg {
  readonly major: number
  readonly versions: VersionSet
}

export interface Choice {
  readonly legs: Leg[]
  readonly databases: string[]
  /** Of test files; none means all. */
  readonly patterns: string[]
}

const NODES = [20, 22, 24]

/**
 * What `[--node=22,24] [--locked] [--newest] [--oldest] [--databases=sqlite] [pattern…]` asks for. Without a node all of
 * them, and without a set of versions all three of them.
 */
export function chosen(args: string[]): Choice {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      node: { type: 'string', default: NODES.join() },
      databases: { type: 'string', default: databaseNames.join() },
      locked: { type: 'boolean', default: false },
      newest: { type: 'boolean', default: false },
      oldest: { type: 'boolean', default: false },
    },
  })
  const majors = values.node.split(',').map(Number)
  const unknown = majors.find((major) => !NODES.includes(major))
  if (unknown !== undefined) throw new Error(`unknown Node in --node=${values.node}; there are ${NODES.join(', ')}`)
  const named = versionSets.filter((versions) => values[versions])
  const sets = named.length > 0 ? named : versionSets
  return {
    legs: majors.flatMap((major) => sets.map((versions) => ({ major, versions }))),
    databases: databaseList(values.databases),
    patterns: positionals,
  }
}
