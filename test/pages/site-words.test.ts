import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { commands } from '../../src/cli/commands.ts'
import * as errors from '../../src/errors.ts'
import { eventChannelNames } from '../../src/instruments/channels.ts'
import { operationNames } from '../../src/instruments/operation.ts'
import { hostOptionNames, ownOptionNames } from '../../src/plugin/options.ts'
import { storeOptionNames } from '../../src/store/options/store-options.ts'
import { gauges } from '../../src/telemetry/gauges.ts'
import { metrics, prometheusName } from '../../src/telemetry/metrics.ts'
import { eventTypes } from './event-types.ts'
import { exportedValues } from './exported-names.ts'

const root = new URL('../../', import.meta.url)
const read = (path: string) => readFileSync(new URL(path, root), 'utf8')

/** What the pages of the site have in code marks and in blocks of code, in which names are meant as names. */
const code = pagesOfSite()
  .flatMap((page) => [...read(page).matchAll(/^```\w*\n([\s\S]*?)^```|`([^`\n]+)`/gm)])
  .map(([, block, span]) => block ?? span!)
  .join('\n')

function pagesOfSite(): string[] {
  const names = readdirSync(new URL('docs', root), { recursive: true, encoding: 'utf8' })
  return names
    .filter((name) => name.endsWith('.md') && !name.startsWith('node_modules') && name !== 'architecture.md')
    .map((name) => join('docs', name))
}

/** Those of the names that no page has. */
function unmentioned(names: readonly string[]): string[] {
  return names.filter((name) => !new RegExp(`(?<![\\w.:-])${name.replaceAll('.', '\\.')}(?![\\w-])`).test(code))
}

function assertMentioned(names: readonly string[], least: number): void {
  assert.ok(names.length >= least)
  assert.deepEqual(unmentioned(names), [])
}

describe('the pages of the site name', () => {
  test('every option', () => {
    assertMentioned([...storeOptionNames, ...hostOptionNames, ...ownOptionNames], 30)
  })

  test('every code of an error', () => {
    assertMentioned(
      Object.values(errors).map((Fault) => new Fault('', '', '').code),
      20,
    )
  })

  test('every event', () => {
    assertMentioned([...eventTypes.keys()], 20)
  })

  test('every channel', () => {
    assertMentioned(
      [...operationNames, ...eventChannelNames].map((name) => `stored-session:${name}`),
      20,
    )
  })

  test('every metric', () => {
    assertMentioned(Object.values({ ...metrics, ...gauges }).map(prometheusName), 20)
  })

  test('every command, on the page of the command line', () => {
    const [, ...spans] = read('docs/cli.md').split('`')
    const named = new Set(spans.map((span) => span.replace(/^(npx )?stored-session /, '').split(' ')[0]))
    assert.ok(commands.length > 15)
    assert.deepEqual(
      commands.map(({ name }) => name).filter((name) => !named.has(name)),
      [],
    )
  })

  test('every function, class and table that the package exports', () => {
    const ofErrors = Object.keys(errors)
    // An application sees the code of an error, and the reference has its class.
    assertMentioned(
      exportedValues().filter((name) => !ofErrors.includes(name)),
      30,
    )
  })
})

test('a name that is part of another does not count', () => {
  const parts = ['rotateEver', 'otateEvery', 'stored-session:mig']
  assert.deepEqual(unmentioned(parts), parts)
})
