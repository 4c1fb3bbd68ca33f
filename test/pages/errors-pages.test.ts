import assert from 'node:assert/strict'
import { tracingChannel } from 'node:diagnostics_channel'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { linksOf, pages } from '../../docs/.vitepress/pages.ts'
import { StoredSessionStore } from '../../src/index.ts'
import type { SessionOperation } from '../../src/instruments/operation.ts'
import { gauges } from '../../src/telemetry/gauges.ts'
import { metrics, prometheusName } from '../../src/telemetry/metrics.ts'
import { sourceFiles, withoutComments } from '../architecture/source-files.ts'
import { temporaryFolder } from '../harness/temporary-folder.ts'
import { secret } from '../support/stores.ts'
import { blocksOf, errorPages, failuresOfCode, faults, overview, quotesOf } from './errors/error-pages.ts'
import { refusedValues } from './errors/in-use.ts'

const SECTIONS = ['Find the cause', 'Know what was changed', 'Fix it', 'Notice it']
const everyPage = [['index.md', overview] as const, ...errorPages]

test('every exported error has one page, and every page one error', () => {
  assert.deepEqual([...errorPages.keys()].sort(), faults.map(({ file }) => file).sort())
})

test('the overview links every code to its page, with the status of the code', () => {
  const rows = [...overview.matchAll(/^\| \[`(\w+)`\]\(([\w-]+\.md)\) \| (\d+) \|/gm)]
  assert.deepEqual(
    rows.map(([, code, file, status]) => [code, file, Number(status)]).sort(),
    faults.map(({ code, file, statusCode }) => [code, file, statusCode]).sort(),
  )
  const listed = pages.flatMap(({ items }) => linksOf(items)).filter((link) => /^\/errors\/./.test(link))
  assert.deepEqual(
    listed.map((link) => `${link.slice('/errors/'.length)}.md`),
    rows.map(([, , file]) => file),
    'the sidebar has the order of the table',
  )
})

for (const { code, statusCode, file } of faults) {
  describe(`the page of ${code}`, () => {
    const page = errorPages.get(file)!

    test('names it, its status, and what to know and do', () => {
      assert.equal(page.split('\n')[0], `# ${code}`)
      assert.deepEqual(
        page.match(/Status\s+\d+/g)?.map((text) => Number(text.slice(6))),
        [statusCode],
      )
      assert.deepEqual(
        [...page.matchAll(/^## (.+)$/gm)].map(([, heading]) => heading),
        SECTIONS,
      )
    })

    test('quotes messages that the code prints', async () => {
      const failures = await failuresOfCode(code)
      assert.deepEqual([...new Set(failures.map((failure) => failure.code))], [code])
      const printed = new Set(failures.map(({ message }) => message))
      assert.deepEqual(blocksOf(page, 'text').sort(), [...printed].sort())
    })
  })
}

test('the reasons why values cannot be stored are those of the serializers', async () => {
  const page = errorPages.get('unstorable.md')!
  const { msgpack, json } = await refusedValues()
  for (const [heading, failures] of [
    ['reason', msgpack],
    ['reason with json', json],
  ] as const) {
    const [, rows] = new RegExp(`^\\| ${heading} \\|.*\\n.*\\n((?:\\|.*\\n)+)`, 'm').exec(page)!
    const stated = [...rows!.matchAll(/^\| `([^`]+)`/gm)].map(([, reason]) => reason)
    assert.deepEqual(stated.sort(), failures.map(({ reason }) => reason).sort())
  }
})

test('the channel of writes has the codes of the pages that name it', async () => {
  const failed = new Set<string>()
  const note = (message: unknown) => void failed.add((message as SessionOperation).error?.code ?? 'none')
  const naming = faults.filter(({ file }) => errorPages.get(file)!.includes('channel `write`'))
  const channel = tracingChannel('stored-session:write').asyncEnd
  channel.subscribe(note)
  for (const { code } of naming) await failuresOfCode(code)
  channel.unsubscribe(note)
  assert.ok(naming.length > 0)
  assert.deepEqual(
    naming.filter(({ code }) => !failed.has(code)).map(({ code }) => code),
    [],
  )
})

test('what health() says of a file that was removed is what the page shows', async () => {
  const folder = temporaryFolder('removed')
  const path = join(folder, 'sessions.db')
  const store = new StoredSessionStore({ database: `sqlite:${path}`, secret, trim: false })
  await store.ready()
  rmSync(path)
  const { latency, ...health } = await store.health()
  await store.close()
  rmSync(folder, { recursive: true })
  const [shown] = blocksOf(errorPages.get('file-replaced.md')!, 'json').map((text) => JSON.parse(text))
  assert.deepEqual(shown, { ...health, latency: shown.latency })
  assert.equal(typeof shown.latency, typeof latency)
})

describe('the pages of errors', () => {
  test('quote the source', () => {
    const source = sourceFiles.map(({ text }) => withoutComments(text)).join('\n')
    for (const [name, page] of everyPage) {
      for (const quote of quotesOf(page)) assert.ok(source.includes(quote), `${name}: “${quote}”`)
    }
    assert.ok(everyPage.flatMap(([, page]) => quotesOf(page)).length > 10)
  })

  test('name codes and metrics that there are', () => {
    const codes = new Set(faults.map(({ code }) => code))
    const names = new Set<string>(Object.values({ ...metrics, ...gauges }).map(prometheusName))
    for (const [name, page] of everyPage) {
      for (const [code] of page.matchAll(/FST_STORED_SESSION_\w+/g)) assert.ok(codes.has(code), `${name}: ${code}`)
      for (const [metric] of page.matchAll(/\bstored_session_\w+/g)) assert.ok(names.has(metric), `${name}: ${metric}`)
    }
  })

  test('have no program in a list, where it would not be compiled', () => {
    for (const [name, page] of everyPage) assert.doesNotMatch(page, /^ +```(ts|js)$/m, name)
  })
})
