import assert from 'node:assert/strict'
import { chmodSync, existsSync, readdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { basename, dirname, join, relative } from 'node:path'
import { afterEach, before, describe, test } from 'node:test'
import Database from 'better-sqlite3'
import { StoredSessionStore } from '../../src/index.ts'
import { commandLine, settingsFor } from '../cli/command-line.ts'
import { findingsOf, ofCheck, wrongIn } from '../doctor/findings.ts'
import { temporaryFolder } from '../harness/temporary-folder.ts'
import { destroy, newSession, save } from '../support/sessions.ts'
import { newId, secret } from '../support/stores.ts'

describe('the files of a SQLite database', () => {
  const stores: StoredSessionStore[] = []
  let file: string

  // With this one, files are for everybody to read and write, unless their creator says otherwise.
  before(() => process.umask(0))
  afterEach(async () => {
    for (const store of stores.splice(0)) await store.close()
  })

  const freshFile = () => join(temporaryFolder('sqlite-files'), 'sessions.db')
  const mode = (path: string) => (statSync(path).mode & 0o777).toString(8)

  /** All files beside the database, with their modes. */
  function modes(): Record<string, string> {
    const folder = dirname(file)
    const names = readdirSync(folder).toSorted()
    return Object.fromEntries(names.map((name) => [name.replace(basename(file), ''), mode(join(folder, name))]))
  }

  async function open(database = `sqlite:${file}`): Promise<StoredSessionStore> {
    const store = new StoredSessionStore({ database, secret, migrate: true, trim: { interval: false } })
    stores.push(store)
    await store.ready()
    return store
  }

  /** Writes a session and trims, and lists the files while the store is open. */
  async function used(store: StoredSessionStore): Promise<Record<string, string>> {
    await save(store, newId(), newSession())
    await store.trim()
    return modes()
  }

  test('that the store creates are for their owner alone, whatever the umask: log, index and lock too', async () => {
    file = freshFile()
    const expected = { '': '600', '-shm': '600', '-trim-stored_sessions': '600', '-wal': '600' }
    assert.deepEqual(await used(await open()), expected)
    const again = await open()
    await destroy(again, newId())
    assert.deepEqual(await used(again), expected)
  })

  test('that the command line creates are for their owner alone', async () => {
    file = freshFile()
    assert.equal((await commandLine(['migrate'], { env: settingsFor({ url: `sqlite:${file}` }) })).code, 0)
    assert.equal((await commandLine(['trim'], { env: settingsFor({ url: `sqlite:${file}` }) })).code, 0)
    assert.deepEqual(modes(), { '': '600', '-trim-stored_sessions': '600' })
  })

  test('keep the mode of a database that is there, and its lock takes it on', async () => {
    for (const present of ['640', '664', '600']) {
      file = freshFile()
      writeFileSync(file, '')
      chmodSync(file, present)
      const all = { '': present, '-shm': present, '-trim-stored_sessions': present, '-wal': present }
      assert.deepEqual(await used(await open()), all)
    }
  })

  test('are created by one of many that start at once, and used by all', async () => {
    file = freshFile()
    const eight = await Promise.all(Array.from({ length: 8 }, () => open()))
    await Promise.all(eight.map((store) => save(store, newId(), newSession())))
    assert.equal(await eight[0]!.count(), 8)
    assert.equal(modes()[''], '600')
  })

  test('are not created through a link: one that leads nowhere is refused by name, another is followed', async () => {
    file = freshFile()
    const target = join(temporaryFolder('sqlite-target'), 'other.db')
    symlinkSync(target, file)
    await assert.rejects(open(), ({ code, message }) => {
      assert.equal(code, 'FST_STORED_SESSION_UNREACHABLE')
      assert.ok(message.includes(`${file} is a symbolic link to a file that does not exist`), message)
      assert.match(message, /Create that file, readable by its owner alone, or remove the link/)
      return true
    })
    assert.equal(existsSync(target), false)
    writeFileSync(target, '', { mode: 0o600 })
    await save(await open(), newId(), newSession())
    assert.equal(new Database(target, { readonly: true }).prepare('select 1 from stored_sessions').all().length, 1)
  })

  test('are not created through a link in the place of the lock either, and trimming works without it', async () => {
    file = freshFile()
    const target = join(temporaryFolder('sqlite-target'), 'other')
    symlinkSync(target, `${file}-trim-stored_sessions`)
    const store = await open()
    await save(store, newId(), newSession())
    const { stopped } = await store.trim()
    assert.deepEqual([stopped, existsSync(target)], ['done', false])
  })

  test('are none where the database is in memory, and a folder that is missing is told by the driver', async () => {
    const before = readdirSync('.')
    const store = await open('sqlite::memory:')
    await save(store, newId(), newSession())
    await store.trim()
    assert.deepEqual(readdirSync('.'), before)
    await assert.rejects(
      open('sqlite:not/there/sessions.db'),
      /could not be used \(Cannot open database because the dir/,
    )
  })

  test('that others can read are a warning of the doctor, with the command that closes them', async () => {
    file = freshFile()
    const store = await open()
    await save(store, newId(), newSession())
    const warnings = async () => wrongIn(ofCheck(await findingsOf({ url: `sqlite:${file}` }), 'connection'))
    assert.deepEqual(await warnings(), [])
    chmodSync(file, '640')
    chmodSync(`${file}-wal`, '644')
    const [{ level, message, remedy } = { level: 'ok' }, ...others] = await warnings()
    assert.deepEqual([level, others], ['warning', []])
    assert.equal(message, `other users of this machine can read or write ${file} (mode 640), ${file}-wal (mode 644)`)
    assert.equal(remedy, `Unless this is intended, run as the owner: chmod 600 ${file} ${file}-wal`)
    assert.deepEqual([mode(file), mode(`${file}-wal`)], ['640', '644'])
    const { code, stdout } = await commandLine(['doctor'], {
      cwd: dirname(file),
      env: settingsFor({ url: `sqlite:${relative(dirname(file), file)}` }),
    })
    assert.equal(code, 0)
    assert.match(
      stdout,
      /^warning +connection +other users of this machine can read or write sessions\.db \(mode 640\)/m,
    )
  })
})
