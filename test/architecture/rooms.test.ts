import assert from 'node:assert/strict'
import { posix } from 'node:path'
import { describe, test } from 'node:test'
import { isRelative, sourceFiles, targetOf } from './source-files.ts'

/**
 * The folders of each layer that has several, from its top to its ground: each may import what stands below it in its
 * list, and nothing above.
 */
const ROOMS = {
  store: [
    'store',
    'store/inspection',
    'store/management',
    'store/trimming',
    'store/updating',
    'store/audit',
    'store/devices',
    'store/saving',
    'store/requests',
    'store/users',
    'store/rotation',
    'store/imports',
    'store/history',
    'store/options',
    'store/core',
    'store/metadata',
    'store/binding',
    'store/merging',
    'store/live',
  ],
  database: [
    'database',
    'database/pg',
    'database/mysql',
    'database/sqlite',
    'database/pg/url',
    'database/mysql/url',
    'database/sqlite/url',
    'database/sql',
    'database/door',
    'database/url',
    'database/contract',
  ],
  cli: [
    'cli',
    'cli/commands',
    'cli/commands/audit',
    'cli/commands/importing',
    'cli/dashboard',
    'cli/commands/updating',
    'cli/init',
    'cli/configuration',
    'cli/inputs',
    'cli/project',
    'cli/frame',
  ],
  doctor: ['doctor', 'doctor/sqlite', 'doctor/pg', 'doctor/mysql', 'doctor/checks', 'doctor/findings'],
  pages: ['pages', 'pages/style'],
  dashboard: [
    'dashboard',
    'dashboard/overview',
    'dashboard/live',
    'dashboard/survey',
    'dashboard/incident',
    'dashboard/housekeeping',
    'dashboard/sessions',
    'dashboard/job-pages',
    'dashboard/jobs',
    'dashboard/frame',
  ],
  plugin: ['plugin', 'plugin/cookie', 'plugin/safeguards', 'plugin/updating'],
  account: ['account', 'account/texts'],
  keys: ['keys/envelope', 'keys'],
  payload: ['payload/uses', 'payload/binding', 'payload'],
  testing: ['testing', 'testing/storage'],
} as const

/** Files of one folder: what one can look through without a search. */
const MOST_FILES = 15

/** Files that each dialect has, as far as there is something to say. */
const OF_DIALECTS = [
  'database.ts',
  'statements.ts',
  'migrate.ts',
  'trimming.ts',
  'open.ts',
  'client.ts',
  'failover.ts',
  'check-settings.ts',
]

const roomOf = (path: string) => posix.dirname(path)
const layerOf = (path: string) => path.split('/')[0]!
const rooms = [...new Set(sourceFiles.map(({ path }) => roomOf(path)))]

describe('the rooms of src/', () => {
  test('stand in an order, and import downwards alone', () => {
    const listed: readonly string[] = Object.values(ROOMS).flat()
    const several = rooms.filter((room) => rooms.some((other) => other !== room && layerOf(other) === layerOf(room)))
    assert.deepEqual([...listed].sort(), several.filter((room) => room !== '.').sort(), 'every room has its place')
    const upwards = sourceFiles.flatMap(({ path, imports }) =>
      imports
        .filter(isRelative)
        .map((name) => targetOf(path, name))
        .filter((target) => layerOf(target) === layerOf(path) && roomOf(target) !== roomOf(path))
        .filter((target) => listed.indexOf(roomOf(target)) < listed.indexOf(roomOf(path)))
        .map((target) => `${path} imports ${target}`),
    )
    assert.deepEqual(upwards, [])
  })

  test(`have at most ${MOST_FILES} files each`, () => {
    const counts = rooms.map((room) => [room, sourceFiles.filter(({ path }) => roomOf(path) === room).length] as const)
    assert.deepEqual(
      counts.filter(([, count]) => count > MOST_FILES),
      [],
    )
  })

  test('of the dialects have the same file names', () => {
    const dialects = ['pg', 'mysql', 'sqlite'].map((dialect) =>
      sourceFiles.filter(({ path }) => roomOf(path) === `database/${dialect}`).map(({ path }) => posix.basename(path)),
    )
    for (const name of OF_DIALECTS.slice(0, 5))
      assert.ok(
        dialects.every((names) => names.includes(name)),
        name,
      )
    const counts = new Map<string, number>()
    for (const name of dialects.flat()) counts.set(name, (counts.get(name) ?? 0) + 1)
    const shared = [...counts].filter(([, count]) => count > 1).map(([name]) => name)
    assert.deepEqual(shared.sort(), [...OF_DIALECTS].sort())
  })
})
