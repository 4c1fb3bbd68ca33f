import assert from 'node:assert/strict'
import { copyFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { DatabaseTarget, TestDatabase } from '../harness/databases.ts'
import { temporaryFolder } from '../harness/temporary-folder.ts'
import type { Project } from './projects.ts'
import { inProject } from './use.ts'

const DRIVERS = ['better-sqlite3', 'mysql2', 'postgres']

/** An application in one file, and the driver of its database beside it. */
export async function bundleWithDrivers(project: Project, target: DatabaseTarget): Promise<void> {
  await bundle(project, 'with-drivers.cjs', DRIVERS)
  await using(project, target, async ({ url }) => {
    assert.equal(await inProject(project, 'node', ['with-drivers.cjs', url]), 'signed in: ada\n')
  })
}

/** An application in one file, the driver of PostgreSQL included, where nothing is installed. */
export async function bundleWithoutPackages(project: Project, target: DatabaseTarget): Promise<void> {
  await bundle(project, 'alone.cjs', ['better-sqlite3', 'mysql2'])
  const folder = temporaryFolder('alone')
  copyFileSync(join(project.folder, 'alone.cjs'), join(folder, 'alone.cjs'))
  await using(project, target, async ({ url }) => {
    assert.equal(await inProject({ ...project, folder }, 'node', ['alone.cjs', url]), 'signed in: ada\n')
    assert.deepEqual(readdirSync(folder), ['alone.cjs'])
  })
}

async function bundle(project: Project, file: string, external: string[]): Promise<void> {
  const options = ['--bundle', '--platform=node', '--log-level=error', `--outfile=${file}`]
  await inProject(project, 'npx', [
    'esbuild',
    'bundled.mjs',
    ...options,
    ...external.map((name) => `--external:${name}`),
  ])
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
