import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { commands } from '../../src/cli/commands.ts'
import { environmentVariables } from '../../src/cli/configuration/settings.ts'
import { exitCodes } from '../../src/cli/frame/errors.ts'
import { globalOptions } from '../../src/cli/frame/options.ts'
import { commandLine } from '../cli/command-line.ts'
import { secret } from '../support/stores.ts'
import { Workspace } from './readme-workspace.ts'

const page = readFileSync(new URL('../../docs/cli.md', import.meta.url), 'utf8')

/** The first cells of the rows of the table with this heading. */
function firstCells(heading: string): string[] {
  const [, rows = ''] = page.split(`\n| ${heading} | `)[1]!.split(/\n\| --- .*\n/)
  return rows
    .split('\n\n')[0]!
    .split('\n')
    .map((row) => row.split('|')[1]!.trim())
}

/** Those that have a page of their own, or their own help alone. */
const ELSEWHERE = ['doctor', 'import', 'upgrade', 'init', 'generate']

test('the page has every command, and every option of those that have no page of their own', () => {
  const named = firstCells('command').join()
  for (const { name, options } of commands) {
    assert.ok(named.includes(`\`${name}\``), name)
    if (ELSEWHERE.includes(name)) continue
    for (const option of Object.keys(options)) assert.ok(page.includes(`--${option}`), `${name} --${option}`)
  }
  for (const option of Object.keys(globalOptions)) assert.ok(page.includes(`--${option}`), option)
})

test('the page has every exit code and every variable', () => {
  assert.deepEqual(firstCells('code').map(Number), Object.values(exitCodes))
  const variables = Object.keys(environmentVariables).map((name) => `\`${name}\``)
  assert.deepEqual(firstCells('variable'), variables)
})

test('the configuration of the page serves the command line and the application', async () => {
  const [configuration, application] = [...page.matchAll(/^```js\n([\s\S]*?)^```$/gm)].map(([, code]) => code!)
  const workspace = new Workspace()
  const env = { DATABASE_URL: `sqlite:${workspace.folder}/sessions.db`, SESSION_SECRET: secret }
  workspace.write('stored-session.config.js', configuration!)
  const migrated = await commandLine(['migrate'], { cwd: workspace.folder, env })
  assert.equal(migrated.code, 0, migrated.stderr)
  const begin = `import Fastify from 'fastify'\nimport storedSession from 'stored-session'\nconst app = Fastify()\n`
  const end = `console.log(await app.storedSession.count())\nawait app.close()\n`
  const { code, output } = await workspace.run(workspace.write('app.js', begin + application + end), env)
  assert.deepEqual([code, output], [0, '0\n'])
  workspace.remove()
})
