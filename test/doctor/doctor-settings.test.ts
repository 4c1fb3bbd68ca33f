import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { checkCookie } from '../../src/doctor/checks/cookie.ts'
import { isAtLeast } from '../../src/doctor/checks/database.ts'
import { checkSettings } from '../../src/doctor/checks/options.ts'
import { checkVersions, isInRange } from '../../src/doctor/checks/versions.ts'
import { connectionRemedy, messageOf, shownDatabase, withoutSecrets } from '../../src/doctor/findings/messages.ts'
import { subjectOf } from '../../src/doctor/findings/subject.ts'
import { commandLine } from '../cli/command-line.ts'
import { temporaryFolder } from '../harness/temporary-folder.ts'
import { repository } from '../migrating/drizzle-kit.ts'
import { secret } from '../support/stores.ts'

const source = 'stored-session.config.ts'

describe('the cookie', () => {
  const said = (
    cookie: object,
    { isProduction = true, ...more }: { isProduction?: boolean; trustProxy?: unknown } = {},
  ) =>
    checkCookie({ source, options: { cookie }, ...more }, isProduction).map(
      ({ level, message }) => `${level}: ${message}`,
    )

  test('is well as it is by default, and the need of trustProxy is named where it is not known', () => {
    assert.match(said({})[0]!, /^ok: the cookie is secure: true, httpOnly: true, .*needs trustProxy$/)
    assert.doesNotMatch(said({}, { trustProxy: true })[0]!, /trustProxy/)
  })

  test('without secure is a fault in production, and a warning elsewhere', () => {
    assert.match(said({ secure: false })[0]!, /^fault: .*this is production/)
    assert.match(said({ secure: false }, { isProduction: false })[0]!, /^warning: cookie\.secure is off/)
  })

  test('whose secure is "auto" needs trustProxy in production', () => {
    assert.match(said({ secure: 'auto' })[0]!, /^warning: cookie\.secure is 'auto' in production/)
    assert.match(said({ secure: 'auto' }, { trustProxy: 1 })[0]!, /^ok/)
    assert.match(said({ secure: 'auto' }, { isProduction: false })[0]!, /^ok/)
  })

  test('that is secure is a warning where nobody trusts a proxy in production', () => {
    assert.match(
      said({}, { trustProxy: false })[0]!,
      /^warning: .*behind a proxy that terminates TLS no session is stored/,
    )
    assert.match(said({}, { trustProxy: false, isProduction: false })[0]!, /^ok/)
  })

  test('that scripts can read, or that browsers drop, is told', () => {
    assert.match(said({ httpOnly: false })[0]!, /^warning: cookie\.httpOnly is off/)
    assert.match(
      said({ sameSite: 'none', secure: 'auto' }, { trustProxy: true })[0]!,
      /^fault: cookie\.sameSite is "none"/,
    )
  })
})

describe('the settings', () => {
  test('are those with which an application starts, or every fault of them is named', () => {
    const options = { database: 'sqlite::memory:', secret }
    assert.equal(checkSettings({ source, options })[0]?.level, 'ok')
    const wrong = { ...options, cookieName: '__Host-id', cookie: { domain: 'example.com' }, idelTimeout: '1h' }
    const [fault] = checkSettings({ source, options: wrong })
    assert.equal(fault?.level, 'fault')
    assert.match(fault!.message, /__Host- needs cookie\.path "\/" and no cookie\.domain/)
    assert.match(fault!.message, /idelTimeout is not an option; did you mean idleTimeout\?/)
  })

  test('without a namespace have a hint for those who share a secret, which is no fault and no warning', () => {
    const options = { database: 'sqlite::memory:', secret }
    const [, hint, ...more] = checkSettings({ source, options })
    assert.deepEqual([hint?.level, more], ['ok', []])
    assert.match(hint!.message, /^there is no namespace: a row copied from another database .* opens here$/)
    assert.match(hint!.remedy!, /give each .* its own namespace/)
    assert.equal(checkSettings({ source, options: { ...options, namespace: 'production' } }).length, 1)
  })

  test('that name no database are told, and all else is looked at nevertheless', async () => {
    const { code, stdout } = await commandLine(['doctor', '--json'], { env: { DATABASE_URL: 'redis://x:hunter2@y' } })
    const { findings } = JSON.parse(stdout)
    assert.equal(code, 3)
    assert.match(findings[0].message, /^DATABASE_URL is a URL of the unknown kind "redis:"/)
    assert.equal(findings[1].check, 'versions')
    assert.doesNotMatch(stdout, /hunter2/)
  })

  test('of a configuration are read, with the trustProxy that it exports', async () => {
    const cwd = temporaryFolder('doctor')
    const config = `export const trustProxy = false
      export default { database: 'sqlite::memory:', secret: '${secret}' }`
    writeFileSync(join(cwd, 'stored-session.config.mjs'), config)
    const { code, stdout } = await commandLine(['doctor'], { cwd, env: { NODE_ENV: 'production' } })
    assert.match(stdout, /^warning cookie +cookie\.secure is on and trustProxy is off/m)
    assert.match(stdout, /^ok +settings +the options in stored-session\.config\.mjs are valid$/m)
    assert.match(stdout, /^ok +connection sqlite::memory:/m)
    assert.equal(code, 0)
  })
})

describe('versions', () => {
  test('are in a range or not, as npm has it', () => {
    const inside = [
      ['5.6.0', '^5.6.0'],
      ['5.12.8', '^5.6.0'],
      ['0.45.4', '>=0.45.2 <1'],
      ['13.1.0', '^12.11.1 || ^13.0.0'],
      ['22.1.0', '20.x || 22.x'],
      ['8.0.0', '>= 8.0'],
      ['0.2.9', '^0.2.3'],
      ['1.2.9', '~1.2.3'],
      ['3.0.0', '*'],
      ['0.2.9', '^0'],
      ['2.0.0', '1 - 3'],
    ]
    const outside = [
      ['6.0.0', '^5.6.0'],
      ['5.5.9', '^5.6.0'],
      ['1.0.0', '>=0.45.2 <1'],
      ['12.11.0', '^12.11.1 || ^13.0.0'],
      ['21.0.0', '20.x || 22.x'],
      ['0.3.0', '^0.2.3'],
      ['1.3.0', '~1.2.3'],
      ['2.0.0', '<=1.9'],
      ['5.6.0', '>5'],
    ]
    for (const [version, range] of inside) assert.ok(isInRange(version!, range!), `${version} is in ${range}`)
    for (const [version, range] of outside) assert.ok(!isInRange(version!, range!), `${version} is not in ${range}`)
    assert.deepEqual(
      [
        isAtLeast('15.18 (Debian 15.18-0+deb12u1)', '14'),
        isAtLeast('10.6.1-MariaDB', '10.11'),
        isAtLeast('8.4.0', '8.4'),
      ],
      [true, false, true],
    )
  })

  test('that are not supported, packages that are missing, and two copies of drizzle-orm are told', () => {
    const subject = subjectOf({ source, options: { database: 'postgres://127.0.0.1/x', secret } })
    assert.equal(checkVersions(subject, repository)[0]?.level, 'ok')
    const folder = temporaryFolder('versions')
    install(folder, 'fastify', { version: '4.29.0' })
    install(folder, 'drizzle-orm', { version: '0.44.0' })
    install(folder, 'postgres', { version: '3.4.9', engines: { node: '>=99' } })
    const messages = checkVersions(subject, folder).map(({ level, message }) => `${level}: ${message}`)
    assert.deepEqual(
      messages.map((message) => message.replace(/Node \d.*$/, 'Node …')),
      [
        'fault: fastify 4.29.0 is not supported',
        'fault: drizzle-orm 0.44.0 is not supported',
        'fault: postgres 3.4.9 does not support Node …',
        messages.at(-1),
      ],
    )
    assert.match(messages.at(-1)!, /^warning: drizzle-orm is installed twice: 0\.44\.0 for the application, 0\.45/)
  })
})

function install(folder: string, name: string, manifest: object): void {
  const path = join(folder, 'node_modules', name)
  mkdirSync(path, { recursive: true })
  writeFileSync(join(path, 'package.json'), JSON.stringify({ name, ...manifest }))
}

describe('the words of a driver', () => {
  test('lose every spelling of the password and the secret, and keep the rest', () => {
    const clean = withoutSecrets({
      database: 'postgres://app:p%40ss@host/db',
      secret: ['a'.repeat(32), 'b'.repeat(32)],
    })
    assert.equal(clean(`no p@ss, p%40ss, ${'b'.repeat(32)} for app`), 'no ***, ***, *** for app')
    const broken = withoutSecrets({ database: 'postgres://app:p%@ss@host/db' })
    assert.equal(broken('Invalid URL postgres://app:p%@ss@host/db'), 'Invalid URL postgres://app:***@host/db')
    assert.equal(shownDatabase('mysql://app:p%40ss@host:3306/db?ssl=true'), 'mysql://host:3306/db')
  })

  test('are found behind what clients are told, and in errors of several addresses', () => {
    const inner = Object.assign(new Error('connect refused'), { code: 'ECONNREFUSED' })
    const several = Object.assign(new AggregateError([inner], ''), { code: 'ECONNREFUSED' })
    assert.equal(messageOf(several), 'ECONNREFUSED: connect refused')
    assert.equal(
      messageOf(Object.assign(new Error('try again', { cause: inner }), { code: 'FST_X' })),
      'ECONNREFUSED: connect refused',
    )
    assert.match(connectionRemedy({ code: '28P01' }), /user and password/)
    assert.match(connectionRemedy({}), /Check the database option/)
  })
})
