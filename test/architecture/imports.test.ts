import assert from 'node:assert/strict'
import { dirname } from 'node:path'
import { describe, test } from 'node:test'
import {
  benchFiles,
  circles,
  sourceFiles as files,
  importsOf,
  isRelative,
  type SourceFile,
  targetOf,
  withoutComments,
} from './source-files.ts'

/** A folder of src/ and those whose files its own may import, each of them and errors.ts besides. */
const LAYERS: Record<string, string[]> = {
  testing: ['plugin', 'store', 'instruments', 'payload', 'database', 'keys', 'schema'],
  cli: [
    'doctor',
    'installation',
    'dashboard',
    'pages',
    'plugin',
    'importing',
    'store',
    'instruments',
    'payload',
    'database',
    'keys',
    'schema',
    'time',
  ],
  // Reads the tables of other stores.
  importing: ['store', 'database'],
  // For sessions in any store: of ours it may use what checks options, and the names of reasons.
  limits: ['store', 'database', 'time'],
  telemetry: ['store', 'instruments'],
  dashboard: ['doctor', 'plugin', 'pages', 'store', 'instruments', 'payload', 'metadata', 'database', 'time'],
  account: ['plugin', 'pages', 'store', 'payload', 'metadata'],
  // What all pages in a browser share: it knows no session.
  pages: ['metadata'],
  // What is wrong with an installation, for the command line and the dashboard.
  doctor: ['installation', 'plugin', 'store', 'database', 'keys', 'schema', 'time'],
  plugin: ['device-bound', 'store', 'instruments', 'payload', 'database', 'keys', 'schema', 'metadata'],
  // What browsers say to bind a session to a device: it knows requests, and no hook of the plugin.
  'device-bound': ['store', 'payload'],
  store: ['instruments', 'payload', 'database', 'keys', 'schema', 'time', 'metadata'],
  instruments: [],
  location: ['metadata'],
  metadata: ['time'],
  payload: ['keys'],
  database: ['instruments', 'schema', 'time'],
  keys: ['time'],
  schema: [],
  // Packages on this machine.
  installation: [],
  time: [],
}

/** Files beside the folders: the entries put everything together, the errors are everybody's. */
const ENTRIES = ['index.ts', 'entry.ts']
const ERRORS = 'errors.ts'

/** Their purpose is to read a variable. */
const READ_ENVIRONMENT = ['keys/env-keys.ts', 'plugin/options.ts']

/** The layers that may touch the process. */
const OF_PROCESS = ['cli', 'doctor']

const LONGEST_FILE = 200
const EMPTY_NAMES = /^(utils?|helpers?|common|shared|misc|lib|types|interfaces|constants)(\.ts)?$/

const layerOf = (path: string) => (path.includes('/') ? path.slice(0, path.indexOf('/')) : path)

/** Fails with the list of what breaks a rule. */
function assertNone(broken: string[], rule: string): void {
  assert.deepEqual(broken, [], rule)
}

/** The imports of packages and of Node that break a rule. */
function importsWhere(breaks: (file: SourceFile, name: string) => boolean): string[] {
  return files.flatMap((file) =>
    file.imports.filter((name) => breaks(file, name)).map((name) => `${file.path}: ${name}`),
  )
}

describe('the imports of src/', () => {
  test('are found, of every form', () => {
    const code = [
      "import a from 'a'",
      "import type { B } from 'b'",
      "import {\n  c,\n  type C,\n} from 'c'",
      "export * from 'd'",
      "export { e } from 'e'",
      "import 'f'",
      "const g = await import('g')",
      "createRequire(import.meta.url)('h')",
      "// import i from 'i'",
      "/* import j from 'j' */",
      "const text = 'import k'",
    ]
    assert.deepEqual(importsOf(code.join('\n')).sort(), ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'])
    assert.ok(files.length > 40)
  })

  test('name files that exist, with their ending', () => {
    const paths = new Set(files.map(({ path }) => path))
    assertNone(
      importsWhere(({ path }, name) => isRelative(name) && !paths.has(targetOf(path, name))),
      'relative imports name a file of src/',
    )
  })

  test('go down the layers, and never up or across', () => {
    const known = new Set([...Object.keys(LAYERS), ...ENTRIES, ERRORS])
    assertNone(
      files.map(({ path }) => layerOf(path)).filter((layer) => !known.has(layer)),
      'every folder of src/ is a layer',
    )
    assertNone(
      importsWhere(({ path }, name) => isRelative(name) && !mayImport(layerOf(path), layerOf(targetOf(path, name)))),
      'cli · plugin · limits → store → (payload, database) → (keys, schema)',
    )
  })

  test('make no circle, not even of types', () => {
    assertNone(circles(files), 'no file imports itself through others')
  })
})

function mayImport(from: string, to: string): boolean {
  if (ENTRIES.includes(from)) return true
  return from === to || (from !== ERRORS && to === ERRORS) || (LAYERS[from]?.includes(to) ?? false)
}

test('the imports of bench/ make no circle, not even of types', () => {
  assert.ok(benchFiles.length > 40)
  assertNone(circles(benchFiles), 'no file imports itself through others')
})

describe('outside of its own layer', () => {
  test('nobody knows Fastify', () => {
    const isFastify = (name: string) => /^(fastify$|fastify[/-]|@fastify\/)/.test(name)
    assertNone(
      importsWhere(({ path }, name) => {
        if (path === ERRORS && name === '@fastify/error') return false
        return (
          isFastify(name) &&
          !['plugin', 'device-bound', 'limits', 'cli', 'doctor', 'testing', 'account', 'dashboard', 'pages'].includes(
            layerOf(path),
          )
        )
      }),
      'fastify and its plugins are imported by the plugins and the aids for tests alone',
    )
  })

  test('nobody needs a test runner, not even the aids for tests', () => {
    assertNone(
      importsWhere((_, name) => /^(node:test|vitest|@?jest|mocha|tap)\b/.test(name)),
      'the aids for tests work with any test runner',
    )
  })

  test('nobody does cryptography', () => {
    assertNone(
      importsWhere(({ path }, name) => /^(node:)?crypto$/.test(name) && !['payload', 'keys'].includes(layerOf(path))),
      'node:crypto belongs to payload and keys',
    )
    const isGlobal = ({ path, text }: SourceFile) =>
      /\b(crypto|webcrypto)\s*\./.test(withoutComments(text)) && !['payload', 'keys'].includes(layerOf(path))
    assertNone(
      files.filter(isGlobal).map(({ path }) => path),
      'the global crypto too',
    )
  })

  test('nobody touches the process or its console', () => {
    const words = /(?<![\w.'"`$-])(?:process|console)\s*[.[]/
    assertNone(
      files
        .filter(({ path, text }) => words.test(withoutComments(text)) && !OF_PROCESS.includes(layerOf(path)))
        .map(({ path }) => path),
      'process and console belong to the command line, and the doctor examines the process',
    )
    assertNone(
      importsWhere(({ path }, name) => {
        const isProcess = /^(node:)?(process|console)$/.test(name)
        return isProcess && !OF_PROCESS.includes(layerOf(path)) && !READ_ENVIRONMENT.includes(path)
      }),
      'process and console belong to the command line, and the doctor examines the process',
    )
  })

  test('nobody speaks to a database or its driver', () => {
    const isDriver = (name: string) =>
      /^(drizzle-orm|drizzle-kit|postgres|pg|mysql2|better-sqlite3|ioredis)(\/|$)/.test(name)
    // The type of a table stands in the options.
    const isTableType = (path: string, name: string) => layerOf(path) === 'store' && name === 'drizzle-orm'
    assertNone(
      importsWhere(({ path }, name) => {
        return (
          isDriver(name) &&
          !['database', 'schema', 'cli', 'doctor', 'importing'].includes(layerOf(path)) &&
          !isTableType(path, name)
        )
      }),
      'drizzle-orm and the drivers belong to database and schema',
    )
  })
})

describe('every file of src/', () => {
  test(`has at most ${LONGEST_FILE} lines`, () => {
    const long = files.filter(({ text }) => text.split('\n').length - 1 > LONGEST_FILE)
    assertNone(
      long.map(({ path }) => path),
      `no file is longer than ${LONGEST_FILE} lines`,
    )
  })

  test('has a name that says what is in it', () => {
    const parts = files.flatMap(({ path }) => [path.split('/').at(-1)!, ...dirname(path).split('/')])
    assertNone(
      parts.filter((part) => EMPTY_NAMES.test(part)),
      'no utils, helpers, common or types',
    )
    assertNone(
      files.map(({ path }) => path).filter((path) => !/^[a-z0-9/-]+\.ts$/.test(path)),
      'names are lower case with dashes',
    )
  })
})
