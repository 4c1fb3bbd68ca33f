/**
 * `npm run generate:partitioned`: makes drizzle/pg-partitioned of drizzle/pg: the same migrations under the same names
 * and times, for a table that is partitioned by the hash of its key, which drizzle-kit cannot express.
 */
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'

/** Fixed when the table is made; each further one would move rows. */
const PARTITIONS = 16
const TABLE = '"stored_sessions"'
const EVENTS = '"stored_sessions_events"'
const BREAK = '--> statement-breakpoint\n'

const source = new URL('pg/', import.meta.url)
/** Another folder may be named, to compare. */
const target = process.argv[2] ? pathToFileURL(`${process.argv[2]}/`) : new URL('pg-partitioned/', import.meta.url)

rmSync(target, { recursive: true, force: true })
cpSync(source, target, { recursive: true })
rewrite('0000_create_stored_sessions.sql', (text) => partitioned(text, TABLE))
rewrite('0001_leave_room_for_touches.sql', ofPartitions)
rewrite('0005_add_metadata_and_events.sql', (text) => partitioned(text, EVENTS))

function rewrite(file, change) {
  const before = readFileSync(new URL(file, source), 'utf8')
  const after = change(before)
  if (after === before) throw new Error(`${file} has nothing to change`)
  writeFileSync(new URL(file, target), after)
}

/** The first statement creates the table. */
function partitioned(text, table) {
  const [create, ...rest] = text.replace('\n);', '\n) PARTITION BY HASH ("sid");').split(BREAK)
  return [create, ...each((number) => partition(table, number)), ...rest].join(BREAK)
}

function partition(table, number) {
  return `CREATE TABLE ${name(table, number)} PARTITION OF ${table}
  FOR VALUES WITH (MODULUS ${PARTITIONS}, REMAINDER ${number});\n`
}

/** A partitioned table has no pages itself, and so no storage parameters. */
function ofPartitions(text) {
  const statement = `ALTER TABLE ${TABLE} SET (fillfactor = 80);`
  return text.replace(statement, each((number) => statement.replace(TABLE, name(TABLE, number))).join(BREAK))
}

function each(make) {
  return Array.from({ length: PARTITIONS }, (_, number) => make(number))
}

function name(table, number) {
  return table.replace(/"$/, `_p${String(number).padStart(2, '0')}"`)
}
