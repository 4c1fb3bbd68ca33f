import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ownable } from '../harness/databases.ts'
import type { ServerFile, ServerName } from '../harness/test-server.ts'
import { openApp } from '../support/app.ts'
import { assertHoldsNone, CLEAR_USER, plant, plantable, WORDS } from '../support/planted.ts'
import { ownDatabase } from '../torture/own-database.ts'

const MYSQL_LOGS = {
  'general log': /\/general\.log$/,
  'slow log': /\/slow\.log$/,
  'binary log': /\/binlog\.\d+$/,
}

/** The most that each server can be told to write down, and where it does. */
const TALKATIVE: Record<ServerName, { settings: string[]; places: Record<string, RegExp> }> = {
  postgres: {
    settings: [
      'logging_collector=on',
      'log_min_messages=debug1',
      'log_error_verbosity=verbose',
      'log_statement=all',
      'log_min_duration_statement=0',
      'log_parameter_max_length=-1',
      'log_parameter_max_length_on_error=-1',
      'full_page_writes=on',
      'wal_level=logical',
    ].flatMap((setting) => ['-c', setting]),
    places: { log: /\/log\/postgresql-[^/]*\.log$/, 'write-ahead log': /\/pg_wal\/[0-9A-F]{24}$/ },
  },
  mysql: {
    settings: [...logs(), '--binlog-rows-query-log-events=ON'],
    places: { ...MYSQL_LOGS, 'redo log': /\/#ib_redo\d+$/ },
  },
  mariadb: {
    settings: [...logs(), '--binlog-annotate-row-events=ON'],
    places: { ...MYSQL_LOGS, 'redo log': /\/ib_logfile\d+$/ },
  },
}

function logs(): string[] {
  const general = ['--general-log=ON', '--general-log-file=general.log']
  const slow = ['--slow-query-log=ON', '--slow-query-log-file=slow.log', '--long-query-time=0']
  return [...general, ...slow, '--log-bin=binlog', '--server-id=1', '--binlog-format=ROW']
}

for (const name of ownable) {
  if (name === 'sqlite') continue

  test(`${name} that logs all it can writes no planted id, word or secret into its logs, journals and data`, async () => {
    const { settings, places } = TALKATIVE[name]
    const { database, server, remove } = await ownDatabase(name, settings)
    try {
      const app = await openApp(database.url, plantable({}, []))
      const { hidden } = await plant(app, database)
      await app.close()
      // A server that was killed changes none of its files while they are read, and tidies none up before.
      await server!.kill()
      const files = await server!.files()
      for (const [place, pattern] of Object.entries(places)) {
        const bytes = contentOf(files.filter(({ path }) => pattern.test(path)))
        assert.ok(bytes.includes(CLEAR_USER), `${place} is not where it is looked for`)
      }
      const all = contentOf(files)
      assertHoldsNone(hidden, 'a file of the server', all)
      assert.ok(!all.includes(WORDS[1]))
    } finally {
      await remove()
    }
  })
}

function contentOf(files: readonly ServerFile[]): Buffer {
  return Buffer.concat(files.map(({ bytes }) => bytes))
}
