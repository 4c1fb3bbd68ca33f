import assert from 'node:assert/strict'
import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import type { DatabaseTarget, TestDatabase } from '../harness/databases.ts'
import { temporaryFolder } from '../harness/temporary-folder.ts'
import type { Project } from './projects.ts'
import { inProject } from './use.ts'

const DRIVERS = ['better-sqlite3', 'mysql2', 'postgres']

// What esbuild needs for packages that call require() in a bundle that is a module.
const REQUIRE = "import{createRequire as from}from'node:module';const require=from(import.meta.url);"

/** The forms of a bundle, by the ending of its file, and what esbuild is told. */
const FORMS = { cjs: ['--format=cjs'], mjs: ['--format=esm', `--banner:js=${REQUIRE}`] }

type Form = keyof typeof FORMS

const forms = Object.keys(FORMS) as Form[]

/** An application in one file, and the driver of its database beside it. */
export async function bundleWithDrivers(project: Project, target: DatabaseTarget): Promise<void> {
  for (const form of forms) {
    const file = await bundle(project, 'with-drivers', form, DRIVERS)
    await using(project, target, async ({ url }) => {
      assert.equal(await inProject(project, 'node', [file, url]), 'signed in: ada\n')
      await assert.rejects(
        inProject(project, 'node', [file, url, 'migrate']),
        /migration files of the package are not in this bundle/,
      )
    })
  }
}

/** An application in one file, the driver of PostgreSQL included, where nothing is installed. */
export async function bundleWithoutPackages(project: Project, target: DatabaseTarget): Promise<void> {
  for (const form of forms) {
    const file = await bundle(project, 'alone', form, ['better-sqlite3', 'mysql2'])
    const folder = temporaryFolder('alone')
    copyFileSync(join(project.folder, file), join(folder, file))
    await using(project, target, async ({ url }) => {
      assert.equal(await inProject({ ...project, folder }, 'node', [file, url]), 'signed in: ada\n')
    })
  }
}

async function bundle(project: Project, name: string, form: Form, external: string[]): Promise<string> {
  const file = `${name}.${form}`
  const options = ['--bundle', '--platform=node', '--log-level=error', `--outfile=${file}`, ...FORMS[form]]
  const left = external.map((name) => `--external:${name}`)
  await inProject(project, 'npx', ['esbuild', 'bundled.mjs', ...options, ...left])
  return file
}

async function using(project: Project, target: DatabaseTarget, work: (database: TestDatabase) => Promise<void>) {
  const database = await target.create()
  try {
    await inProject(project, 'npx', ['stored-session', 'migrate'], { DATABASE_URL: database.url })
    await work(database)
  } finally {
    await database.drop()
  }
}
