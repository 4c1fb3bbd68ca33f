import assert from 'node:assert/strict'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { readSqliteUrl } from '../../src/database/sqlite/url/url-settings.ts'
import { StoredSessionStore } from '../../src/index.ts'
import { temporaryFolder } from '../harness/temporary-folder.ts'
import { loaded, newSession, save } from '../support/sessions.ts'
import { newId, secret } from '../support/stores.ts'

test('a SQLite URL names a file as SQLite, Prisma and libSQL write it', () => {
  const files: [url: string, file: string, mustExist?: boolean][] = [
    ['sqlite:q.db', 'q.db'],
    ['SQLITE:./data/q.db', './data/q.db'],
    ['sqlite:/data/q.db', '/data/q.db'],
    ['sqlite:///data/q.db', '/data/q.db'],
    ['sqlite::memory:', ':memory:'],
    ['sqlite:100%.db', '100%.db'],
    ['file:dev.db', 'dev.db'],
    ['file:./dev.db?connection_limit=1', './dev.db'],
    ['file:///data/my%20sessions.db?mode=rwc', '/data/my sessions.db'],
    ['file:q.db?mode=rw&cache=private', 'q.db', true],
  ]
  for (const [url, file, mustExist = false] of files) {
    const { target } = readSqliteUrl(url)
    assert.deepEqual([target?.file, target?.mustExist], [file, mustExist], url)
  }
})

test('a SQLite URL that cannot keep sessions is refused by the name of the setting', () => {
  const faults: [string, RegExp][] = [
    ['sqlite:', /^names no file; write sqlite:PATH$/],
    ['sqlite:?mode=rw', /^names no file; /],
    ['sqlite://x.db', /^names a host, which a file has not; write sqlite:PATH, /],
    ['sqlite:q.db?mode=ro', /^has a mode that opens the file for reading alone, and sessions are written; remove it$/],
    ['sqlite::memory:?cache=shared', /^has a cache that is none of private$/],
    ['file:q.db?immutable=1', /^has the unknown setting "immutable"; .* Known are mode, cache, /],
    ['file:100%.db', /^has a percent sign that begins no encoded character; /],
  ]
  for (const [url, expected] of faults) assert.match(readSqliteUrl(url).fault ?? '', expected, url)
})

test('the file of a SQLite URL is the one that is made, and no other', async () => {
  const folder = temporaryFolder('sqlite-urls')
  const open = (url: string) => new StoredSessionStore({ database: url, secret, migrate: true, trim: false })
  const store = open(`file:${folder}/my%20sessions.db?mode=rwc`)
  const id = newId()
  await save(store, id, newSession({ n: 1 }))
  assert.equal((await loaded(store, id)).n, 1)
  await store.close()
  assert.ok(existsSync(join(folder, 'my sessions.db')))
  await assert.rejects(open(`file:${folder}/none.db?mode=rw`).ready(), { code: 'FST_STORED_SESSION_UNREACHABLE' })
  assert.deepEqual(
    readdirSync(folder).filter((name) => !name.startsWith('my sessions.db')),
    [],
  )
})
