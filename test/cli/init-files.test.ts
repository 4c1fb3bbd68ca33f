import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { before, describe, type TestContext, test } from 'node:test'
import { secret as secretCommand } from '../../src/cli/commands/secret.ts'
import { plannedVariables, writeFile } from '../../src/cli/project/written-file.ts'
import { temporaryFolder } from '../harness/temporary-folder.ts'
import { builtCommand } from './built-command.ts'
import { commandLine } from './command-line.ts'
import { inProcess } from './in-process.ts'

const CONFIGURATION = 'stored-session.config.js'
const SECRET = /^SESSION_SECRET=[\w-]{64}$/m

// With this one, files are for everybody to read and write, unless their creator says otherwise.
before(() => process.umask(0))

const write = (folder: string, path: string, text: string, mode = 0o644) =>
  writeFileSync(join(folder, path), text, { mode })
const read = (folder: string, path: string) => readFileSync(join(folder, path), 'utf8')
const modeOf = (folder: string, path: string) => (statSync(join(folder, path)).mode & 0o777).toString(8)

/** A project whose `.env` git ignores. */
function project(): string {
  const folder = temporaryFolder('init-files')
  write(folder, 'package.json', JSON.stringify({ type: 'module', dependencies: { postgres: '*' } }))
  assert.equal(spawnSync('git', ['init', '--quiet'], { cwd: folder }).status, 0)
  write(folder, '.gitignore', '.env\n')
  return folder
}

const init = (cwd: string, ...args: string[]) => commandLine(['init', ...args], { cwd })

test('the next steps name the URL of a database server until .env has one, and start with the variables', async () => {
  const cwd = project()
  const asked = /^Add the URL of your database to \.env: DATABASE_URL=postgres:\/\/.*\nNext:\n/m
  const { stderr } = await init(cwd, '--yes')
  assert.match(stderr, asked)
  assert.match(stderr, /\n {2}npx stored-session doctor --env \.env\n {2}node --env-file=\.env app\.js\n/)
  write(cwd, '.env', `${read(cwd, '.env')}DATABASE_URL=postgres://localhost/app\n`)
  assert.doesNotMatch((await init(cwd, '--yes')).stderr, asked)
})

describe('a secret in .env', () => {
  test('is for its owner alone to read, whatever the umask', async () => {
    const cwd = project()
    assert.equal((await init(cwd, '--yes')).code, 0)
    assert.match(read(cwd, '.env'), SECRET)
    assert.deepEqual([modeOf(cwd, '.env'), modeOf(cwd, CONFIGURATION)], ['600', '666'])
  })

  for (const mode of ['644', '640', '666', '755']) {
    test(`narrows a file of mode ${mode} that was there to 600, and says so before and after`, async () => {
      const cwd = project()
      write(cwd, '.env', 'PORT=8080')
      chmodSync(join(cwd, '.env'), mode)
      const rehearsal = await init(cwd, '--dry-run')
      const announced = `Added to .env, whose mode ${mode} becomes 600, so that only its owner can read the secret:`
      assert.ok(rehearsal.stderr.includes(announced), rehearsal.stderr)
      assert.deepEqual([modeOf(cwd, '.env'), read(cwd, '.env')], [mode, 'PORT=8080'])
      const { code, stderr } = await init(cwd, '--yes')
      assert.equal(code, 0)
      assert.match(stderr, new RegExp(`^\\.env had mode ${mode}, and has 600 now\\.$`, 'm'))
      assert.equal(modeOf(cwd, '.env'), '600')
      assert.match(read(cwd, '.env'), /^PORT=8080\nSESSION_SECRET=[\w-]{64}\n$/)
    })
  }

  test('leaves the mode of a file alone that its owner alone can read', async () => {
    const cwd = project()
    write(cwd, '.env', 'PORT=8080\n', 0o600)
    const { stderr } = await init(cwd, '--yes')
    assert.deepEqual([modeOf(cwd, '.env'), /mode/.test(stderr)], ['600', false])
  })

  test('that is there already, for others to read, is left as it is, with the command that closes the file', async () => {
    const cwd = project()
    await init(cwd, '--yes')
    chmodSync(join(cwd, '.env'), 0o644)
    const { code, stderr } = await init(cwd)
    assert.deepEqual([code, modeOf(cwd, '.env')], [0, '644'])
    assert.match(
      stderr,
      /^Other users of this machine can read \.env \(mode 644\), which has a secret: chmod 600 \.env$/m,
    )
  })
})

describe('a symbolic link', () => {
  const refusal = (path: string) =>
    `error: ${path} is a symbolic link, and nothing is written through one. Remove the link, or replace it with a file, and repeat the command\n`

  for (const path of ['.env', '.env.example', CONFIGURATION]) {
    test(`in the place of ${path} is refused by name, dangling or not, and nothing is written`, async () => {
      for (const content of [undefined, 'PORT=8080\n']) {
        const cwd = project()
        const target = join(temporaryFolder('target'), 'file')
        if (content !== undefined) write(dirname(target), 'file', content)
        symlinkSync(target, join(cwd, path))
        const { code, stdout, stderr } = await init(cwd, '--yes', '--force')
        assert.deepEqual([code, stdout], [1, ''])
        assert.ok(stderr.endsWith(refusal(path)), stderr)
        assert.equal(existsSync(target) ? read(dirname(target), 'file') : undefined, content)
        const others = ['.env', '.env.example', CONFIGURATION].filter((other) => other !== path)
        assert.deepEqual(
          others.filter((other) => existsSync(join(cwd, other))),
          [],
        )
      }
    })
  }

  test('to a file that needs no change is no obstacle', async () => {
    const cwd = project()
    await init(cwd, '--yes')
    for (const path of ['.env', '.env.example', CONFIGURATION]) {
      renameSync(join(cwd, path), join(cwd, `${path}.real`))
      symlinkSync(`${path}.real`, join(cwd, path))
    }
    const { code, stderr } = await init(cwd)
    assert.equal(code, 0)
    assert.match(stderr, /^There is nothing to do\.$/m)
  })

  test('that --out of generate names is refused by name, dangling or not, also with --force', async () => {
    const cwd = project()
    const target = join(temporaryFolder('target'), 'file')
    symlinkSync(target, join(cwd, 'sessions.js'))
    const args = ['generate', '--dialect', 'sqlite', '--out', 'sessions.js']
    const dangling = await commandLine(args, { cwd })
    assert.deepEqual([dangling.code, dangling.stderr], [1, refusal('sessions.js')])
    assert.equal(existsSync(target), false)
    write(dirname(target), 'file', 'mine')
    const forced = await commandLine([...args, '--force'], { cwd })
    assert.deepEqual([forced.code, forced.stderr], [1, refusal('sessions.js')])
    assert.equal(read(dirname(target), 'file'), 'mine')
  })
})

test('what is no file is refused by name, and not waited for', async () => {
  const cwd = project()
  assert.equal(spawnSync('mkfifo', [join(cwd, '.env')]).status, 0)
  const pipe = await init(cwd, '--yes')
  assert.deepEqual([pipe.code, pipe.stdout], [1, ''])
  assert.equal(pipe.stderr, 'error: .env is not a regular file; remove it, and repeat the command\n')
  mkdirSync(join(cwd, 'db'))
  const folder = await commandLine(['generate', '--dialect', 'sqlite', '--out', 'db'], { cwd })
  assert.match(folder.stderr, /^error: db is not a regular file/)
})

test('a file of another user that others can read gets no secret, and nothing else is written', async (context: TestContext) => {
  const cwd = project()
  write(cwd, '.env', 'PORT=1\n')
  const plan = () => plannedVariables(cwd, '.env', { SESSION_SECRET: 'SESSION_SECRET=new' }, true)
  const uid = process.getuid!()
  context.mock.method(process as { getuid(): number }, 'getuid', () => uid + 1)
  const folder = process.cwd()
  process.chdir(cwd)
  context.after(() => process.chdir(folder))
  const { code, stderr } = await inProcess(['init', '--yes'])
  const refusal =
    '.env belongs to another user, and others can read it (mode 644): ' +
    'its owner has to run chmod 600 .env, and then repeat the command'
  assert.deepEqual([code, stderr], [1, `error: ${refusal}\n`])
  assert.throws(() => writeFile(cwd, plan()), { message: refusal })
  assert.deepEqual([modeOf(cwd, '.env'), read(cwd, '.env')], ['644', 'PORT=1\n'])
  assert.equal(existsSync(join(cwd, CONFIGURATION)), false)
  chmodSync(join(cwd, '.env'), 0o600)
  writeFile(cwd, plan())
  assert.equal(read(cwd, '.env'), 'PORT=1\nSESSION_SECRET=new\n')
})

test('the command that secret --help shows leaves a file for its owner alone, new or not', async () => {
  const command = secretCommand
    .details!.match(/^ {2}.*/gm)!
    .map((line) => line.trim())
    .join('\n')
  const bin = temporaryFolder('bin')
  const run = `#!/bin/sh\nshift\nexec "${process.execPath}" "${await builtCommand()}" "$@"\n`
  writeFileSync(join(bin, 'npx'), run, { mode: 0o755 })
  for (const before of [undefined, 'PORT=8080\n']) {
    const cwd = temporaryFolder('secret')
    if (before !== undefined) write(cwd, '.env', before)
    const env = { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH}` }
    const { status, stderr } = spawnSync('sh', ['-c', command], { cwd, env, encoding: 'utf8' })
    assert.equal(status, 0, stderr)
    assert.equal(modeOf(cwd, '.env'), '600')
    assert.match(read(cwd, '.env'), SECRET)
    assert.ok(read(cwd, '.env').startsWith(String(before ?? 'SESSION_SECRET=')))
  }
  for (const page of ['README.md', ...readdirSync('docs').map((name) => `docs/${name}`)].filter((name) =>
    name.endsWith('.md'),
  )) {
    const others = readFileSync(page, 'utf8').replaceAll(command, '')
    assert.doesNotMatch(others, /(SECRET|KEYS?).*>>? *\S/, page)
  }
})
