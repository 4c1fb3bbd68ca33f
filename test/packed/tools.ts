import assert from 'node:assert/strict'
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { DatabaseTarget } from '../harness/databases.ts'
import { bundleWithDrivers, bundleWithoutPackages } from './bundles.ts'
import type { Node } from './nodes.ts'
import { repository } from './package.ts'
import { inRange, install, needed, type Project } from './projects.ts'
import { pageProgram, pagePrograms } from './schemas.ts'
import { inProject, resultOf } from './use.ts'

/** What a tool of others said of the package. */
export interface Check {
  readonly tool: string
  readonly result: string
}

const PACKAGES = ['esbuild', '@arethetypeswrong/cli', 'publint', 'drizzle-kit', 'tsx', 'typescript']

/** Tries the package with the tools that its users have: for tests, bundles, types and migrations. */
export async function useTools(
  node: Node,
  archive: string,
  folder: string,
  targets: DatabaseTarget[],
  note: (check: Check) => void,
): Promise<void> {
  const project = { node, folder: join(folder, 'tools') }
  const check = async (tool: string, work: () => Promise<void>) => note({ tool, result: await resultOf(work) })
  await install(project, 'module', [archive, ...needed(node), ...PACKAGES.map(inRange)])
  await check('publint', async () => {
    await inProject(project, 'npx', ['publint', archive, '--strict'])
  })
  await check('arethetypeswrong', async () => {
    // Every Node that we support lets require() load our modules; it warns of those that do not.
    const rules = ['--profile', 'node16', '--ignore-rules', 'cjs-resolves-to-esm']
    await inProject(project, 'npx', ['attw', archive, ...rules])
  })
  await check('Vitest', () => passVitest(node, archive, join(folder, 'vitest')))
  for (const target of targets) await check(`drizzle-kit, ${target.name}`, () => migrateOwnTables(project, target))
  const pg = targets.find(({ dialect }) => dialect === 'pg')
  for (const target of targets) {
    await check(`esbuild, drivers beside it, ${target.name}`, () => bundleWithDrivers(project, target))
  }
  if (pg) await check('esbuild, all in one file, postgres', () => bundleWithoutPackages(project, pg))
}

/** The programs of docs/testing.md, run by the other runner that they name. */
async function passVitest(node: Node, archive: string, folder: string): Promise<void> {
  const project: Project = { node, folder }
  await install(project, 'module', [archive, ...needed(node), 'vitest'])
  const page = readFileSync(join(repository, 'docs', 'testing.md'), 'utf8')
  const programs = [...page.matchAll(/^```ts\n\/\/ (\S+)\n([\s\S]*?)^```$/gm)]
  for (const [, file, code] of programs) {
    writeFileSync(join(folder, file!), code!.replace("'node:test' // or from 'vitest'", "'vitest'"))
  }
  const example = readFileSync(join(repository, 'examples', 'memory-storage.ts'), 'utf8')
  writeFileSync(join(folder, 'memory-storage.ts'), example.replace('../src/index.ts', 'stored-session'))
  await inProject(project, 'npx', ['vitest', 'run', '--reporter=json', '--outputFile=results.json'])
  const { numPassedTests, numTotalTests, testResults } = JSON.parse(readFileSync(join(folder, 'results.json'), 'utf8'))
  assert.equal(testResults.length, programs.filter(([, file]) => file!.endsWith('.test.ts')).length)
  assert.ok(numPassedTests > 10)
  assert.equal(numPassedTests, numTotalTests)
}

/** docs/tables.md from beginning to end, with the drizzle-kit that npm installed. */
async function migrateOwnTables({ folder, node }: Project, target: DatabaseTarget): Promise<void> {
  const own: Project = { node, folder: join(folder, target.name) }
  mkdirSync(own.folder, { recursive: true })
  cpSync(join(folder, 'own-tables.ts'), join(own.folder, 'own-tables.ts'))
  const write = (file: string, code: string) => writeFileSync(join(own.folder, file), code)
  for (const file of Object.keys(pagePrograms)) write(file, pageProgram(file, target.dialect))
  write('both.ts', "export * from './schema.ts'\nexport * from './auth-schema.ts'\n")
  write('drizzle.config.ts', pageProgram('drizzle.config.ts', target.dialect).replace('schema.ts', 'both.ts'))
  const database = await target.create()
  try {
    const env = { DATABASE_URL: database.url, SESSION_SECRET: 'a secret of well over thirty-two characters' }
    for (const command of ['generate', 'migrate']) await inProject(own, 'npx', ['drizzle-kit', command], env)
    assert.match(await inProject(own, 'npx', ['drizzle-kit', 'generate'], env), /No schema changes/)
    const name = target.dialect === 'pg' ? 'auth.sessions' : 'auth_sessions'
    const used = await inProject(own, 'node', ['--import', 'tsx', 'own-tables.ts'], env)
    assert.equal(used, `page: ada\nweb_sessions: ada\n${name}: ada\n`)
  } finally {
    await database.drop()
  }
}
