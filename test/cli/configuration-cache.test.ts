import assert from 'node:assert/strict'
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { temporaryFolder } from '../harness/temporary-folder.ts'
import { migrate } from '../migrating/migrated.ts'
import { secret } from '../support/stores.ts'
import { commandLine } from './command-line.ts'

const modules = fileURLToPath(new URL('../../node_modules', import.meta.url))

/** A project with a configuration that holds a secret, and that Node does not run by itself. */
async function project(): Promise<string> {
  const cwd = temporaryFolder('configuration-cache')
  await migrate({ url: `sqlite:${join(cwd, 'a.db')}` })
  const text = `enum Place { Sessions = 'sqlite:a.db' }\nexport default { database: Place.Sessions, secret: '${secret}' }`
  writeFileSync(join(cwd, 'stored-session.config.ts'), text, { mode: 0o600 })
  return cwd
}

test('a configuration that tsx runs leaves no copy of its secret behind', async () => {
  const [cwd, TMPDIR] = [await project(), temporaryFolder('tmp')]
  symlinkSync(modules, join(cwd, 'node_modules'))
  const { code, stdout, stderr } = await commandLine(['count'], { cwd, env: { TMPDIR } })
  assert.deepEqual([code, stdout], [0, '0\n'], stderr)
  const files = readdirSync(TMPDIR, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  const copies = files.filter(({ parentPath, name }) => readFileSync(join(parentPath, name), 'utf8').includes(secret))
  assert.deepEqual(copies, [])
})

test('a configuration that jiti runs is not cached either', async () => {
  const cwd = await project()
  const jiti = join(cwd, 'node_modules/jiti')
  mkdirSync(jiti, { recursive: true })
  const exports = { './package.json': './package.json', '.': { import: './jiti.mjs' } }
  writeFileSync(join(jiti, 'package.json'), JSON.stringify({ name: 'jiti', version: '2.0.0', exports }))
  const module = `import { writeFileSync } from 'node:fs'
    export const createJiti = (id, options) => ({
      async import() {
        writeFileSync('options.json', JSON.stringify(options ?? {}))
        return { default: { database: 'sqlite:a.db', secret: '${secret}' } }
      },
    })`
  writeFileSync(join(jiti, 'jiti.mjs'), module)
  const { code, stderr } = await commandLine(['count'], { cwd })
  assert.equal(code, 0, stderr)
  assert.deepEqual(JSON.parse(readFileSync(join(cwd, 'options.json'), 'utf8')), { fsCache: false })
})
