import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import { commands } from '../../src/cli/commands.ts'
import { UsageError } from '../../src/cli/frame/errors.ts'
import { commandHelp, generalHelp } from '../../src/cli/frame/help.ts'
import { findCommand, parseOptions, splitCommand } from '../../src/cli/frame/parse.ts'
import { commandLine } from './command-line.ts'

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))

test('help goes to stdout when it is asked for, and to stderr when a command is missing', async () => {
  const [asked, missing] = await Promise.all([commandLine(['--help']), commandLine([])])
  assert.deepEqual([asked.code, missing.code], [0, 2])
  assert.equal(asked.stdout, `${generalHelp(commands)}\n`)
  assert.deepEqual([missing.stdout, missing.stderr], ['', asked.stdout])
})

test('every command has a help of its own, which asks for no database', async () => {
  const [first, second] = await Promise.all([commandLine(['revoke', '--help']), commandLine(['help', 'revoke'])])
  assert.deepEqual([first.code, first.stderr], [0, ''])
  assert.match(first.stdout, /^Usage: stored-session revoke --user ID /)
  assert.equal(second.stdout, first.stdout)
})

test('the version is that of the package', async () => {
  assert.deepEqual(await commandLine(['--version']), { code: 0, stdout: `${version}\n`, stderr: '' })
})

test('a wrong call ends with 2, says what is wrong and where help is, and prints no data', async () => {
  const calls: [string[], string][] = [
    [['lits'], 'there is no command "lits"; did you mean list?\nSee: stored-session --help'],
    [['list', '--usr', 'ada'], '--usr is not an option; did you mean --user?\nSee: stored-session list --help'],
    [['revoke'], 'no sessions are named; pass --user, --handle or --before, or --all for the sessions of all users'],
    [['revoke', '--all'], 'this cannot be undone, and there is no terminal for the confirmation; pass --yes'],
  ]
  const ends = await Promise.all(calls.map(([args]) => commandLine(args)))
  for (const [index, [args, message]] of calls.entries()) {
    const { code, stdout, stderr } = ends[index]!
    assert.deepEqual([code, stdout], [2, ''], args.join(' '))
    assert.ok(stderr.startsWith(`error: ${message}\n`), stderr)
  }
})

describe('the help of all commands', () => {
  const texts = [generalHelp(commands), ...commands.map(commandHelp)]

  test('fits a terminal of 80 columns', () => {
    const long = texts.flatMap((text) => text.split('\n')).filter((line) => line.length > 80)
    assert.deepEqual(long, [])
  })

  test('describes every option in one line, and has a value for those that take one', () => {
    for (const { name, summary, options } of commands) {
      assert.match(summary, /^[A-Z].*[.]$/, name)
      for (const [option, { type, value, description }] of Object.entries(options)) {
        assert.ok(description.length > 5 && !description.includes('\n'), `${name} --${option}`)
        assert.equal(value === undefined, type === 'boolean', `${name} --${option}`)
      }
    }
  })
})

describe('arguments', () => {
  const options = {
    user: { type: 'string', value: 'ID', description: 'whose' },
    tag: { type: 'string', multiple: true, description: 'any' },
    all: { type: 'boolean', description: 'all' },
  } as const

  const refused = (args: string[], message: RegExp) =>
    assert.throws(
      () => parseOptions(args, options),
      (error) => error instanceof UsageError && message.test(error.message),
      args.join(' '),
    )

  test('are given behind the command, and those of every command in front of it too', () => {
    assert.deepEqual(splitCommand(['--json', 'list', '--all']), { name: 'list', rest: ['--json', '--all'] })
    assert.deepEqual(splitCommand(['--config', 'a.js', 'list']), { name: 'list', rest: ['--config', 'a.js'] })
    assert.deepEqual(splitCommand(['--help']), { name: undefined, rest: ['--help'] })
    const { user, all, tag } = parseOptions(['--user=-a', '--all', '--tag', 'x', '--tag', 'y'], options) as never
    assert.deepEqual([user, all, tag], ['-a', true, ['x', 'y']])
  })

  test('are refused when they cannot be meant', () => {
    refused(['--user'], /^--user needs a value: --user ID$/)
    refused(['--user', ''], /^--user needs a value/)
    refused(
      ['--user', '--all'],
      /^--user needs a value: --user ID; write a value that begins with a dash as --user=-…$/,
    )
    refused(['--all=yes'], /^--all accepts no value; omit it$/)
    refused(['--user', 'a', '--user', 'b'], /^--user is given twice; remove one$/)
    refused(['--user', 'a', 'b'], /^"b" is not expected here/)
    refused(['--constructor'], /^--constructor is not an option$/)
    refused(['-x'], /^-x is not an option/)
    refused(['--env-file', '.env'], /did you mean --env\?$/)
    assert.throws(() => findCommand('toString', commands), UsageError)
  })

  test('that hold a secret are refused by name, and never repeated', () => {
    const hidden = 'hunter2-hunter2-hunter2-hunter2-hunter2'
    for (const name of ['secret', 'database', 'database-url', 'key', 'password', 'url']) {
      const hint = new RegExp(`^--${name} is not an option, because all users of this machine can read .* DATABASE_URL`)
      refused([`--${name}=${hidden}`], hint)
      refused([`--${name}`, hidden], hint)
    }
    for (const args of [[hidden], ['--all', hidden], [`--sekret=${hidden}`], ['--user', 'a', '--user', hidden]]) {
      assert.throws(
        () => parseOptions(args, options),
        (error: Error) => !error.message.includes('hunter2-h'),
      )
    }
    assert.throws(
      () => findCommand(hidden, commands),
      (error: Error) => !error.message.includes('hunter2-h'),
    )
  })
})
