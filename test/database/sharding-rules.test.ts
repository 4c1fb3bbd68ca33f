import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type Dialect, forEachDatabase, type TestDatabase } from '../harness/databases.ts'
import { keysIn, type Objection, objectionsTo } from '../sharding/statement-rules.ts'
import { tableFacts } from '../sharding/table-rules.ts'
import type { Sent } from '../trimming/sent-statements.ts'

const KEY = Buffer.alloc(32, 7)
const OTHER = Buffer.alloc(32, 9)
const list = (...keys: Buffer[]) => `{${keys.map((key) => `"\\\\x${key.toString('hex')}"`).join()}}`

const rulesOf = (sent: readonly Sent[], dialect: Dialect = 'pg') => objectionsTo(sent, dialect).map(({ rule }) => rule)

const GOOD: [string, unknown[]][] = [
  ['select "data" from "stored_sessions" where "sid" = $1', [KEY]],
  ['select data from stored_sessions where sid = any($1::text::bytea[])', [list(KEY, OTHER)]],
  ['select `data` from `stored_sessions` where `sid` in (?, ?) and `ended_at` is null', [KEY, OTHER]],
  ['update "stored_sessions" set "data" = $1 where "sid" = $2 and ("a" = $3 or "b" = $4)', ['', KEY, 1, 2]],
  ['delete from stored_sessions where sid = ? limit 1', [KEY]],
  ['insert into "stored_sessions" ("sid", "data") values ($1, $2) on conflict do nothing', [KEY, '']],
  [
    `update "stored_sessions" set "a" = t.a from unnest($1::text::bytea[], $2::text::bigint[]) as t (sid, a)
      where "stored_sessions"."sid" = t.sid returning "stored_sessions"."sid" as sid`,
    [list(KEY), '{1}'],
  ],
  [
    `update "stored_sessions" set "a" = t.a from (values ($1::bytea, $2::bigint), ($3::bytea, $4::bigint)) as t (sid, a)
      where "stored_sessions"."sid" = t.sid returning "stored_sessions"."sid" as sid`,
    [KEY, 1, OTHER, 2],
  ],
  [
    `update \`stored_sessions\` join (select cast(? as binary(32)) as sid, ? as a union all select cast(? as binary(32))
      as sid, ? as a) as t on \`stored_sessions\`.\`sid\` = t.sid set \`a\` = t.a where \`b\` is null`,
    [KEY, 1, OTHER, 2],
  ],
  [`update "stored_sessions" set "user_id" = 'from x where y or' where "sid" = x'${KEY.toString('hex')}'`, []],
]

const GOOD_OF_EVENTS: [string, unknown[]][] = [
  ['insert into "stored_sessions_events" ("sid", "id") values ($1, $2) on conflict do nothing', [KEY, '']],
  ['insert into `stored_sessions_events` (`sid`) values (?) on duplicate key update `sid` = `sid`', [KEY]],
  ['update stored_sessions_events set a = ? where sid in (?, ?) and (b = ? or b is null)', ['', KEY, OTHER, 1]],
]

const BAD: [Objection['rule'], string, unknown[]][] = [
  ['key', 'select * from stored_sessions', [KEY]],
  ['key', 'select * from stored_sessions where user_id = $1', ['ada']],
  ['key', 'select * from stored_sessions where sid = $1 or user_id = $2', [KEY, 'ada']],
  ['key', 'select * from stored_sessions where sid > $1 order by sid limit 3', [KEY]],
  ['key', 'select * from stored_sessions where sid <> ? and user_id = ?', [KEY, 'ada']],
  ['key', 'select * from stored_sessions where not (sid = $1)', [KEY]],
  ['key', 'select * from stored_sessions where sid = user_id and a = $1', [KEY]],
  ['key', 'update stored_sessions set a = 1 where a in (?, ?) and (sid = ?)', [1, 2, KEY]],
  ['key', 'update stored_sessions set a = 1 where sid = $1', []],
  ['key', 'update stored_sessions set a = 1 where sid = $1', ['ada']],
  ['key', 'delete from stored_sessions where trim_at < $1', [1]],
  ['key', 'insert into stored_sessions (data) values ($1)', [KEY]],
  ['key', 'insert into stored_sessions (sid) select sid from unnest($1::bytea[])', [list(KEY)]],
  [
    'key',
    'update stored_sessions set a = t.a from unnest($1::text[]) as t (a) where stored_sessions.sid = t.sid',
    [KEY],
  ],
  [
    'key',
    'update stored_sessions set a = t.a from (values ($1::text)) as t (sid) where stored_sessions.sid = t.sid',
    [KEY],
  ],
  ['table', 'select * from users where sid = $1', [KEY]],
  ['table', 'select * from stored_sessions, stored_sessions_events where sid = $1', [KEY]],
  ['key', 'delete from stored_sessions_events where at < $1', [1]],
  ['table', 'select * from stored_sessions, users where sid = $1', [KEY]],
  ['table', 'select * from stored_sessions s, users where sid = $1', [KEY]],
  ['table', 'select * from stored_sessions join users on a = b where sid = $1', [KEY]],
  ['table', 'select * from stored_sessions where sid = $1 and exists (select 1 from users)', [KEY]],
  ['table', 'select * from stored_sessions where sid = $1 and a = (select max(a) from stored_sessions)', [KEY]],
  ['table', 'delete from stored_sessions using users where sid = $1', [KEY]],
  ['sequence', `update stored_sessions set a = nextval('s') where sid = $1`, [KEY]],
  ['sequence', 'update stored_sessions set a = last_insert_id() where sid = ?', [KEY]],
  ['lock', 'select * from stored_sessions where sid = ? for update', [KEY]],
  ['lock', `select *, get_lock('a', 1) from stored_sessions where sid = ?`, [KEY]],
  ['lock', 'select *, pg_advisory_xact_lock(1) from stored_sessions where sid = $1', [KEY]],
  ['kind', 'truncate stored_sessions', [KEY]],
  ['kind', 'set transaction isolation level serializable', []],
  ['kind', 'with a as (select 1) select * from stored_sessions where sid = $1', [KEY]],
  ['kind', 'select * from stored_sessions where sid = $1; delete from stored_sessions', [KEY]],
]

test('statements that stay with their keys are let through', () => {
  for (const [text, values] of [...GOOD, ...GOOD_OF_EVENTS]) assert.deepEqual(rulesOf([{ text, values }]), [], text)
})

test('statements that do not are objected to, by the rule that they break', () => {
  for (const [rule, text, values] of BAD) assert.deepEqual(rulesOf([{ text, values }]), [rule], text)
})

test('a transaction holds one statement, but for SQLite', () => {
  const over = (connection: number, ...texts: string[]) =>
    texts.map((text) => ({ text: text || 'delete from stored_sessions where sid = ?', values: [KEY], connection }))
  assert.deepEqual(rulesOf(over(1, '', 'start transaction', '', 'commit', '', 'begin', '', 'rollback', '')), [])
  assert.deepEqual(rulesOf([...over(1, 'begin', ''), ...over(2, '', ''), ...over(1, 'commit')]), [])
  assert.deepEqual(rulesOf(over(1, 'begin', '', '', 'commit')), ['transaction'])
  assert.deepEqual(rulesOf(over(1, 'START TRANSACTION', '', '', 'commit'), 'mysql'), ['transaction'])
  assert.deepEqual(rulesOf(over(1, 'BEGIN', '', '', 'COMMIT'), 'sqlite'), [])
})

test('the keys of a statement are found where each driver has them', () => {
  const [key, other] = [KEY.toString('hex'), OTHER.toString('hex')]
  assert.deepEqual(keysIn({ text: '', values: [KEY, Buffer.alloc(31), OTHER, 'ada', 1, null] }), [key, other])
  assert.deepEqual(keysIn({ text: '', values: [`\\x${key}`, list(KEY, OTHER), `\\x${key}00`] }), [key, key, other])
  assert.deepEqual(keysIn({ text: `x'${key}', x'${other}'/*+9 bytes*/, x'00'`, values: [] }), [key])
})

const TABLES: Record<Dialect, string[]> = {
  pg: [
    'CREATE TABLE owner (id int PRIMARY KEY)',
    'CREATE TABLE bad (n serial, i int GENERATED ALWAYS AS IDENTITY, sid bytea UNIQUE, o int REFERENCES owner, PRIMARY KEY (o, sid))',
    'CREATE TABLE child (a int, b bytea, FOREIGN KEY (a, b) REFERENCES bad)',
    'CREATE FUNCTION nothing() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$',
    'CREATE TRIGGER t BEFORE INSERT ON bad FOR EACH ROW EXECUTE FUNCTION nothing()',
  ],
  mysql: [
    'CREATE TABLE owner (id int PRIMARY KEY)',
    `CREATE TABLE bad (n int NOT NULL AUTO_INCREMENT, KEY (n), sid binary(32), UNIQUE (sid), o int,
      FOREIGN KEY (o) REFERENCES owner (id), PRIMARY KEY (o, sid))`,
    'CREATE TABLE child (a int, b binary(32), FOREIGN KEY (a, b) REFERENCES bad (o, sid))',
    'CREATE TRIGGER t BEFORE INSERT ON bad FOR EACH ROW SET NEW.o = 1',
  ],
  sqlite: [
    'CREATE TABLE owner (id int PRIMARY KEY)',
    'CREATE TABLE bad (sid blob UNIQUE, o int REFERENCES owner, PRIMARY KEY (o, sid))',
    'CREATE TABLE child (a int, b blob, FOREIGN KEY (a, b) REFERENCES bad)',
    'CREATE TRIGGER t BEFORE INSERT ON bad BEGIN SELECT 1; END',
    'CREATE TABLE numbered (id integer PRIMARY KEY AUTOINCREMENT)',
  ],
}

const COUNTED: Record<Dialect, string[]> = { pg: ['n', 'i'], mysql: ['n'], sqlite: [] }

forEachDatabase((target) => {
  let database: TestDatabase

  before(async () => {
    database = await target.create()
    for (const statement of TABLES[target.dialect]) await database.query(statement)
  })
  after(() => database.drop())

  test('the catalog tells of a table what its shards could not hold', async () => {
    const { primaryKey, uniqueBesides, foreignKeys, counted, triggers } = await tableFacts(database, 'bad')
    assert.deepEqual([primaryKey, counted, triggers], [['o', 'sid'], COUNTED[target.dialect], ['t']])
    assert.deepEqual([uniqueBesides.length, foreignKeys.length], [1, 2])
    if (target.dialect !== 'sqlite') return
    assert.deepEqual((await tableFacts(database, 'numbered')).counted, ['id'])
  })
})
