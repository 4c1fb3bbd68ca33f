import { cpus, totalmem } from 'node:os'
import type { Contestant, Measurement } from './contest.ts'
import { cost, median, ratio } from './medians.ts'
import { type Target, targets } from './targets.ts'

/** The whole result as Markdown. */
export function report(contestants: Contestant[], about: string[]): string {
  return [
    '# Results',
    '',
    ...about.map((line) => `- ${line}`),
    '',
    table(
      speedHeader,
      contestants.map((one) => speedRow(one, contestants)),
    ),
    '',
    'Requests per second and milliseconds. Ratios are medians of the ratios of each round.',
    '',
    table(costHeader, contestants.map(costRow)),
    '',
    'Statements per 1,000 requests, as the database counts them; seconds of processor time per 10,000 requests.',
    'Microseconds of processor time per request over 64 connections: of only reads, and of only writes in a phase of their',
    'own, where more writes share a statement than at 20% writing. SQLite works inside the application, and counts there.',
    '',
    table(bytesHeader(contestants), contestants.filter(({ bytes }) => bytes.size > 0).map(bytesRow)),
    '',
    'Bytes of key and payload that are stored of a session whose JSON has the size above.',
    '',
    table(
      ['target', 'reached', ''],
      targets.map((target) => targetRow(target, contestants)).filter((row) => row !== undefined),
    ),
    '',
  ].join('\n')
}

export function machine(): string {
  const [first] = cpus()
  return `${cpus().length} cores, ${first?.model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GiB of memory`
}

const speedHeader = [
  'store',
  '64 reading',
  'p50',
  'p99',
  '64, 20% writing',
  'p50',
  'p99',
  '1 reading',
  'p50',
  '× MemoryStore',
  '20%',
  '× Map',
  '20%',
]

function speedRow(one: Contestant, all: Contestant[]): string[] {
  const { read, mixed, single } = one.measured
  const against = (name: string) => {
    const other = all.find(({ store }) => store.name === name)
    return (['read', 'mixed'] as const).map((phase) => (other ? ratio(one, other, phase).toFixed(2) : ''))
  }
  return [
    one.store.label,
    ...[count(read, 'perSecond'), time(read, 'p50'), time(read, 'p99')],
    ...[count(mixed, 'perSecond'), time(mixed, 'p50'), time(mixed, 'p99')],
    ...[count(single, 'perSecond'), time(single, 'p50')],
    ...against('memory'),
    ...against('map'),
  ]
}

const costHeader = [
  ...['store', 'statements', '20% writing', 'alone', 'app s', '20%', 'database s', '20%'],
  ...['app µs per read', 'per write', 'database µs per read', 'per write'],
]

function costRow(one: Contestant): string[] {
  const { read, mixed, single } = one.measured
  const microseconds = (cpu: 'appCpu' | 'databaseCpu') =>
    (['read', 'write'] as const).map((phase) => cost(one, phase, cpu).toFixed(0))
  return [
    one.store.label,
    ...[read, mixed, single].map((list) => (list[0]?.statements === undefined ? '' : count(list, 'statements'))),
    ...[time(read, 'appCpu'), time(mixed, 'appCpu'), time(read, 'databaseCpu'), time(mixed, 'databaseCpu')],
    ...microseconds('appCpu'),
    ...microseconds('databaseCpu'),
  ]
}

const bytesHeader = (all: Contestant[]) => [
  'store',
  ...[...(all.find(({ bytes }) => bytes.size > 0)?.bytes.keys() ?? [])].map((size) => `${size} B`),
]

const bytesRow = ({ store, bytes }: Contestant) => [store.label, ...[...bytes.values()].map((size) => size.toFixed(0))]

function targetRow({ text, reached, least, most }: Target, all: Contestant[]): string[] | undefined {
  const value = reached((name) => all.find(({ store }) => store.name === name))
  if (value === undefined || Number.isNaN(value)) return undefined
  const isMet = (least === undefined || value >= least) && (most === undefined || value <= most)
  return [text, value.toFixed(2), isMet ? 'met' : '**missed**']
}

export function table(header: string[], rows: string[][]): string {
  const lines = [header, header.map(() => '---'), ...rows]
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

const value = (list: Measurement[], key: keyof Measurement) => median(list.map((one) => one[key] ?? Number.NaN))
const count = (list: Measurement[], key: keyof Measurement) => Math.round(value(list, key)).toLocaleString('en')
const time = (list: Measurement[], key: keyof Measurement) => value(list, key).toFixed(2)
