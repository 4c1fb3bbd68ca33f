import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { describe, test } from 'node:test'
import { staticKeys } from '../../../src/index.ts'
import { hostOptionNames, ownOptionNames } from '../../../src/plugin/options.ts'
import { storedSessions as mysqlTable } from '../../../src/schema/mysql.ts'
import { storedSessions as sqliteTable } from '../../../src/schema/sqlite.ts'
import { storeOptionNames } from '../../../src/store/options/store-options.ts'
import { assertAccepted, refusal, secret } from './options-faults.ts'

const DAY = 86_400_000
const keys = staticKeys([{ id: 'a', key: randomBytes(32) }])
const URLS = 'postgres://…, mysql://…, mariadb://…, sqlite:PATH or sqlite::memory:'
const makeOne = 'make one with: openssl rand -base64 48'
const secretFault = `must be a string of 32 or more characters, or a list of different ones; ${makeOne}`
const durationFault = (value: string) =>
  `must be milliseconds or text such as "90s", "15m", "2h" or "30d", up to 10 years, not ${value}`

const untilFault =
  '.until must be at most 30 days ahead: until then a client that can write to the database can make sessions of any user; set a date within 30 days'

/** What is refused, option by option, and with which words. */
const REFUSED: Record<string, [value: unknown, message: string][]> = {
  database: [
    [
      undefined,
      `is missing; set it to a URL (${URLS}), such as the variable DATABASE_URL of the environment, or to what drizzle(...) returned`,
    ],
    [null, `must be a URL (${URLS}) or what drizzle(...) returned`],
    [{}, `must be a URL (${URLS}) or what drizzle(...) returned`],
    [{ $client: {} }, `must be a URL (${URLS}) or what drizzle(...) returned`],
    ['', `is no URL; write ${URLS}`],
    ['sessions.db', `is no URL; write ${URLS}`],
    ['redis://localhost', `is a URL of the unknown kind "redis:"; write ${URLS}`],
    ['postgres://ada:pa#ss@host/db', 'is not a valid postgres URL; percent-encode the password'],
    ['mysql://host:port/db', 'is not a valid mysql URL; percent-encode the password'],
    ['sqlite:', 'names no file; write sqlite:PATH'],
  ],
  secret: [
    [undefined, `is missing; ${makeOne}`],
    [null, secretFault],
    ['x'.repeat(31), secretFault],
    [Buffer.alloc(32), secretFault],
    [[], secretFault],
    [[secret, 'short'], secretFault],
    [[secret, secret], secretFault],
    [[secret, undefined], secretFault],
  ],
  keys: [
    [null, 'must be a key provider, such as staticKeys([...])'],
    ['key', 'must be a key provider, such as staticKeys([...])'],
    [[{ id: 'a', key: 'x' }], 'must be a key provider, such as staticKeys([...])'],
    [{ current: keys.current }, 'must be a key provider, such as staticKeys([...])'],
  ],
  migrate: [
    ['yes', 'must be true or false, not "yes"'],
    [1, 'must be true or false, not 1'],
    [null, 'must be true or false, not null'],
  ],
  merge: [
    ['add', "must be an object of rules by the names of keys, such as { visits: 'add' }"],
    [['add'], "must be an object of rules by the names of keys, such as { visits: 'add' }"],
    [null, "must be an object of rules by the names of keys, such as { visits: 'add' }"],
    [{ cookie: 'add' }, '.cookie is not a key of a session; omit it'],
    [{ save: 'last' }, '.save is not a key of a session; omit it'],
    [{ n: 'sum' }, '.n must be "add", "union", "append", "last" or a function of (base, theirs, ours)'],
    [{ n: undefined }, '.n must be "add", "union", "append", "last" or a function of (base, theirs, ours)'],
  ],
  user: [
    ['userId', 'must be a function, not "userId"'],
    [null, 'must be a function, not null'],
  ],
  errorPaths: [['yes', 'must be true or false, not "yes"']],
  bindToCookie: [['yes', 'must be true or false, not "yes"']],
  namespace: [
    ['', 'must be a string of 1 to 255 characters'],
    ['x'.repeat(256), 'must be a string of 1 to 255 characters'],
    [5, 'must be a string of 1 to 255 characters'],
    [null, 'must be a string of 1 to 255 characters'],
    ['half \ud83d', 'contains half of a surrogate pair, which is not valid Unicode; remove it'],
  ],
  compressAbove: [
    [true, 'must be a whole number from 0 to 1073741824, not true'],
    [-1, 'must be a whole number from 0 to 1073741824, not -1'],
    ['1kb', 'must be a whole number from 0 to 1073741824, not "1kb"'],
  ],
  acceptUnencrypted: [
    [true, 'must be { until: Date }, because the mode needs an end date; set one'],
    [{}, 'must be { until: Date }, because the mode needs an end date; set one'],
    [null, 'must be { until: Date }, because the mode needs an end date; set one'],
    [{ until: 'tomorrow' }, 'must be { until: Date }, because the mode needs an end date; set one'],
    [{ until: new Date(Number.NaN) }, 'must be { until: Date }, because the mode needs an end date; set one'],
    [{ until: new Date(), since: 1 }, '.since is not an option'],
    [{ until: new Date('9999-12-31') }, untilFault],
    [{ until: new Date(Date.now() + 31 * DAY) }, untilFault],
  ],
  warnKeyAge: [
    [true, durationFault('true')],
    [0, durationFault('0')],
  ],
  serializer: [
    ['yaml', 'must be "msgpack", "json", "hybrid" or an object with serialize and deserialize'],
    ['toString', 'must be "msgpack", "json", "hybrid" or an object with serialize and deserialize'],
    [JSON, 'must be "msgpack", "json", "hybrid" or an object with serialize and deserialize'],
    [null, 'must be "msgpack", "json", "hybrid" or an object with serialize and deserialize'],
  ],
  maxBytes: [
    ['1mb', 'must be a whole number from 1 to 1073741824, not "1mb"'],
    [0, 'must be a whole number from 1 to 1073741824, not 0'],
    [1.5, 'must be a whole number from 1 to 1073741824, not 1.5'],
    [1_073_741_825, 'must be a whole number from 1 to 1073741824, not 1073741825'],
    [Number.POSITIVE_INFINITY, 'must be a whole number from 1 to 1073741824, not Infinity'],
    [1n, 'must be a whole number from 1 to 1073741824, not a value of the type bigint'],
  ],
  table: [
    ['', 'must be a name of 1 to 48 bytes'],
    ['x'.repeat(49), 'must be a name of 1 to 48 bytes'],
    ['ü'.repeat(25), 'must be a name of 1 to 48 bytes'],
    ['nul\0', 'must be a name of 1 to 48 bytes'],
    [5, 'must be the name of a table, or a Drizzle table'],
    [{}, 'must be the name of a table, or a Drizzle table'],
    [mysqlTable, 'is a MySqlTable, but the database needs a SQLiteTable'],
  ],
  rolling: [['no', 'must be true or false, not "no"']],
  rotateEvery: [
    [true, durationFault('true')],
    ['soon', durationFault('"soon"')],
    ['30s', 'must be longer than rotationOverlap, during which the old id is valid; lengthen it'],
  ],
  onReuse: [
    ['sign-out', 'must be "report" or "end"'],
    [false, 'must be "report" or "end"'],
  ],
  suspicious: [
    ['yes', 'must be true or false, not "yes"'],
    [true, 'needs metadata, which keeps where and with what a session is used; set it too'],
  ],
  absoluteTimeout: [
    [true, durationFault('true')],
    ['', durationFault('""')],
  ],
  operationTimeout: [
    [true, durationFault('true')],
    [0, durationFault('0')],
    ['11m', 'must be 10 minutes or less, because a request can wait that long; shorten it'],
  ],
  trim: [
    [true, 'must be false, or an object such as { interval: "15m", batchSize: 500 }'],
    [null, 'must be false, or an object such as { interval: "15m", batchSize: 500 }'],
    [['15m'], 'must be false, or an object such as { interval: "15m", batchSize: 500 }'],
    [{ interval: 0 }, '.interval '.concat(durationFault('0'))],
    [{ batchSize: 10_001 }, '.batchSize must be a whole number from 1 to 10000, not 10001'],
    [{ pause: 10_001 }, '.pause must be a whole number from 0 to 10000, not 10001'],
    [{ pause: 'quick' }, '.pause must be "auto" or a whole number from 0 to 10000'],
    [{ maxRows: 0 }, '.maxRows must be a whole number from 1 to 1000000000, not 0'],
    [{ maxDuration: false }, '.maxDuration '.concat(durationFault('false'))],
    [
      { grace: '59s' },
      '.grace must be 1 minute or more; set it above the duration of the longest request and the clock difference between servers',
    ],
    [{ everyRequests: -1 }, '.everyRequests must be a whole number from 0 to 1000000000, not -1'],
    [{ maxrows: 5 }, '.maxrows is not an option; did you mean trim.maxRows?'],
    [{ batchsize: 5 }, '.batchsize is not an option; did you mean trim.batchSize?'],
    [{ hourly: true }, '.hourly is not an option'],
  ],
  algorithm: [[256, 'must be a string, not 256']],
  cookieName: [
    [5, 'must be a string, not 5'],
    ['', 'has a character that no cookie name may have'],
    ['session id', 'has a character that no cookie name may have'],
    ['session=id', 'has a character that no cookie name may have'],
    ['id;', 'has a character that no cookie name may have'],
  ],
  cookiePrefix: [[true, 'must be a string, not true']],
  idGenerator: [['uuid', 'must be a function, not "uuid"']],
  saveUninitialized: [['true', 'must be true or false, not "true"']],
  onUnavailable: [
    ['anonymus', 'must be "error" or "anonymous"'],
    [true, 'must be "error" or "anonymous"'],
  ],
  deviceBound: [
    ['yes', 'must be true, false, or an object such as { refresh: "10m" }'],
    [{ paths: '/dbsc' }, '.paths is not an option; did you mean deviceBound.path?'],
    [{ refresh: 10 }, '.refresh must be from "1s" to "1h"'],
    [{ refresh: '2h' }, '.refresh must be from "1s" to "1h"'],
    [{ grace: '2h' }, '.grace must be from "1s" to "1h"'],
    [{ require: 'never' }, '.require must be "when-bound" or "always"'],
    [{ path: '/dbsc/' }, '.path must be a path such as "/dbsc", of letters, digits and "-._~", without "/" at its end'],
    [{ path: '/:id' }, '.path must be a path such as "/dbsc", of letters, digits and "-._~", without "/" at its end'],
  ],
}

const ACCEPTED: Record<string, unknown[]> = {
  database: ['postgres://h/d', 'postgresql://h/d', 'mysql://h/d', 'mariadb://h/d', 'sqlite:a.db', 'SQLITE:a.db'],
  secret: ['x'.repeat(32), [secret], [secret, 'another secret of the same length or even longer']],
  keys: [keys],
  migrate: [true, undefined],
  merge: [{}, { n: 'add', tags: 'union', log: 'append', page: 'last', top: () => 1 }],
  user: [() => undefined],
  errorPaths: [true, false],
  bindToCookie: [true, false],
  namespace: ['x', 'x'.repeat(255)],
  compressAbove: [false, 0, 1_024],
  acceptUnencrypted: [{ until: new Date(0) }, { until: new Date(Date.now() + 30 * DAY) }],
  warnKeyAge: [false, '1d'],
  serializer: ['msgpack', 'json', 'hybrid', { serialize: () => Buffer.alloc(0), deserialize: () => ({}) }],
  maxBytes: [1, 1_073_741_824],
  table: ['x', 'x'.repeat(48), 'web "sessions"; drop', sqliteTable],
  rolling: [true, false],
  rotateEvery: [false, '15m', 30_001],
  onReuse: ['report', 'end'],
  suspicious: [false],
  absoluteTimeout: [false, '400d'],
  operationTimeout: ['5s', '10m', 1],
  trim: [
    false,
    {},
    { interval: '1h', batchSize: 1, everyRequests: 100 },
    { interval: false, everyRequests: 0 },
    { pause: 'auto', batchSize: 10_000 },
    { pause: 0, maxRows: 1, maxDuration: '1s', grace: '1m' },
  ],
  algorithm: ['sha512'],
  cookieName: ['sessionId', '__Host-id', "!#$%&'*+-.^_`|~"],
  cookiePrefix: ['', 's:'],
  idGenerator: [() => 'id'],
  saveUninitialized: [true, false],
  onUnavailable: ['error', 'anonymous'],
  deviceBound: [true, false, {}, { refresh: '1s', path: '/auth/dbsc', require: 'always', grace: '1h' }],
}

describe('each option', () => {
  for (const [name, cases] of Object.entries(REFUSED)) {
    test(`${name} is refused by name, with what it must be`, () => {
      for (const [value, message] of cases) {
        const expected = `${name}${message.startsWith('.') ? '' : ' '}${message}`
        assert.equal(refusal({ [name]: value }), expected)
      }
    })
  }

  for (const [name, values] of Object.entries(ACCEPTED)) {
    test(`${name} is taken when it is right`, () => {
      for (const value of values) assertAccepted({ [name]: value })
    })
  }

  test('may be undefined, as if it were not given', () => {
    for (const name of Object.keys(REFUSED)) {
      if (name !== 'database' && name !== 'secret') assertAccepted({ [name]: undefined })
    }
  })
})

test('the options looked at here are all that there are', () => {
  const names = [...storeOptionNames, ...hostOptionNames, ...ownOptionNames]
  const inFilesOfTheirOwn = [
    'cookie',
    'evict',
    'history',
    'idleTimeout',
    'lifetime',
    'maxPerUser',
    'metadata',
    'rotationOverlap',
    'touchInterval',
  ]
  assert.deepEqual([...Object.keys(REFUSED), ...inFilesOfTheirOwn].toSorted(), names.toSorted())
  assert.deepEqual([...Object.keys(ACCEPTED), ...inFilesOfTheirOwn].toSorted(), names.toSorted())
})

test('rotateEvery is refused with rolling: false, and with an overlap that is not shorter', () => {
  const reason = 'because the stored last use shows whether a new id arrived; omit one of them'
  assert.equal(
    refusal({ rotateEvery: '15m', rolling: false }),
    `rotateEvery cannot be combined with rolling: false, ${reason}`,
  )
  assert.match(refusal({ rotateEvery: '15m', rotationOverlap: '15m' }), /must be longer than rotationOverlap/)
  assertAccepted({ rotateEvery: '15m', rotationOverlap: '14m' })
  assertAccepted({ suspicious: true, metadata: true })
})
