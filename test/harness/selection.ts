import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { type GaleraName, galeraNames } from './galera-database.ts'
import { isLong } from './long-tests.ts'
import { PARTITIONED } from './partitioned-database.ts'
import { type PooledName, pooledNames } from './pooled-database.ts'
import { serverNames } from './test-server.ts'

export const databaseNames = ['sqlite', ...serverNames] as const

export type DatabaseName = (typeof databaseNames)[number]

/** A database that tests run on. A cluster, what is behind a pooler, or a partitioned table is only one when it is named. */
export type TargetName = DatabaseName | GaleraName | PooledName | typeof PARTITIONED

export interface Selection {
  databases: TargetName[]
  files: string[]
  /** Whether each of the databases has to have been tested. */
  everything: boolean
}

/** What `[--databases=sqlite,mysql] [--long] [pattern…]` asks for; without patterns, all long files or all others. */
export function select(args: string[]): Selection {
  const isForLong = args.includes('--long')
  const options = args.filter((arg) => arg.startsWith('-') && arg !== '--long')
  const unknown = options.find((option) => !option.startsWith('--databases='))
  if (unknown !== undefined) throw new Error(`unknown option ${unknown}`)
  const patterns = args.filter((arg) => !arg.startsWith('-'))
  return {
    everything: patterns.length === 0 && !isForLong,
    databases: targetList(options.at(-1)?.slice('--databases='.length) ?? databaseNames.join()),
    files: testFiles(patterns, (file) => isLong(file) === isForLong),
  }
}

export function databaseList(list: string): DatabaseName[] {
  return named(list, databaseNames)
}

export function targetList(list: string): TargetName[] {
  return named(list, [...databaseNames, ...galeraNames, ...pooledNames, PARTITIONED])
}

function named<Name extends string>(list: string, all: readonly Name[]): Name[] {
  const names = list.split(',')
  const unknown = names.find((name) => !all.some((known) => known === name))
  if (unknown !== undefined) throw new Error(`unknown database "${unknown}"; there are ${all.join(', ')}`)
  return all.filter((name) => names.includes(name))
}

// Node 20 does not expand patterns itself.
function testFiles(patterns: string[], isInPart: (file: string) => boolean): string[] {
  const all = readdirSync('test', { recursive: true, encoding: 'utf8' })
  const isOurs = (file: string) => file.endsWith('.test.ts') && !file.includes('node_modules')
  const files = all.filter(isOurs).map((file) => join('test', file))
  const selected = files.filter((file) =>
    patterns.length === 0 ? isInPart(file) : patterns.some((pattern) => matches(file, pattern)),
  )
  if (selected.length === 0) throw new Error(`no test file matches ${patterns.join(' ')}`)
  return selected.sort()
}

function matches(file: string, pattern: string): boolean {
  const source = pattern.replace(/^\.\//, '').replace(/[.+?^${}()|[\]\\]/g, '\\$&')
  return new RegExp(source.replace(/\*+/g, '.*')).test(file)
}
