import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Node } from '../packed/nodes.ts'
import { copyRepository, npm } from '../packed/package.ts'
import type { Leg } from './legs.ts'
import { manifestFor } from './manifest.ts'

/** Of the dependencies that decide most, the versions that a line of the result names. */
const NAMED = ['fastify', '@fastify/session', 'drizzle-orm', 'better-sqlite3', 'postgres', 'mysql2']

/** Copies the repository into an empty folder and installs its dependencies there; returns the versions of some. */
export async function installed(folder: string, { env }: Node, { major, versions }: Leg): Promise<string> {
  copyRepository(folder)
  const file = join(folder, 'package.json')
  const manifest = JSON.parse(readFileSync(file, 'utf8'))
  writeFileSync(file, JSON.stringify(manifestFor(manifest, versions, major), null, 2))
  // Without the lock npm takes the newest that each range allows, also of what the dependencies depend on.
  if (versions === 'newest') rmSync(join(folder, 'package-lock.json'))
  await npm(['install', '--include=dev'], { cwd: folder, env })
  const versionOf = (name: string) =>
    JSON.parse(readFileSync(join(folder, 'node_modules', name, 'package.json'), 'utf8')).version
  return NAMED.map((name) => `${name} ${versionOf(name)}`).join(', ')
}
