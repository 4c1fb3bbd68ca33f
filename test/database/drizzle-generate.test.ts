import assert from 'node:assert/strict'
import { cpSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { temporaryFolder } from '../harness/temporary-folder.ts'
import { drizzleKit, repository } from '../migrating/drizzle-kit.ts'

const dialects = { postgresql: 'pg', mysql: 'mysql', sqlite: 'sqlite' }

for (const [dialect, folder] of Object.entries(dialects)) {
  test(`the ${dialect} migrations are those of the schema: generating again adds nothing`, async () => {
    const copy = copyOfRepository()
    const before = contentsOf(join(copy, 'drizzle'))
    assert.match(await drizzleKit(copy, ['generate'], { DIALECT: dialect }), /No schema changes/)
    assert.deepEqual(contentsOf(join(copy, 'drizzle')), before)
    rmSync(copy, { recursive: true })
  })

  test(`a column that is added to the ${dialect} schema is generated as a new migration`, async () => {
    const copy = copyOfRepository()
    const before = contentsOf(join(copy, 'drizzle'))
    addColumn(join(copy, 'src', 'schema', `${folder}.ts`))
    await drizzleKit(copy, ['generate'], { DIALECT: dialect })
    const added = Object.entries(contentsOf(join(copy, 'drizzle'))).filter(([path]) => !(path in before))
    const [migration] = added.filter(([path]) => path.startsWith(folder) && path.endsWith('.sql'))
    assert.match(migration![1], /^ALTER TABLE .stored_sessions. ADD .*note/)
    rmSync(copy, { recursive: true })
  })
}

/** What drizzle-kit needs of our repository to generate, in a folder of its own. */
function copyOfRepository(): string {
  const copy = temporaryFolder('generate')
  for (const path of ['src/schema', 'drizzle', 'drizzle.config.ts']) {
    cpSync(join(repository, path), join(copy, path), { recursive: true })
  }
  symlinkSync(join(repository, 'node_modules'), join(copy, 'node_modules'))
  return copy
}

function contentsOf(folder: string): Record<string, string> {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8', withFileTypes: true })
  const paths = files.filter((file) => file.isFile()).map((file) => join(file.parentPath, file.name))
  return Object.fromEntries(paths.map((path) => [path.slice(folder.length + 1), readFileSync(path, 'utf8')]))
}

function addColumn(schema: string): void {
  const source = readFileSync(schema, 'utf8')
  const changed = source.replace(/( +)endedAt: /, '$1note: epochMs("note"),\n$&')
  assert.notEqual(changed, source)
  writeFileSync(schema, changed)
}
