import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Node } from './nodes.ts'
import { npm, repository } from './package.ts'

const programs = fileURLToPath(new URL('consumers', import.meta.url))

const { devDependencies, peerDependencies } = JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8'))
const ranges: Record<string, string> = { ...devDependencies, ...peerDependencies }

/** A package as npm takes it: in the range that ours was made for. */
export const inRange = (name: string) => (ranges[name] ? `${name}@${ranges[name]}` : name)

/** What a project for all databases installs. */
export function needed({ major }: Node): string[] {
  // Version 12 is the last for Node 20, where it is built on the spot; 13 brings what was built.
  const sqlite = major < 22 ? 'better-sqlite3@^12.11.1' : 'better-sqlite3@^13.0.0'
  return [sqlite, ...['fastify', 'drizzle-orm', 'postgres', 'mysql2'].map(inRange)]
}

/** A folder that npm installs packages into. */
export interface Project {
  readonly folder: string
  readonly node: Node
}

/**
 * Makes a project with the programs of `consumers`, and installs the archive and the packages named.
 *
 * @param built - a project of the same Node whose SQLite driver was built already
 */
export async function install(
  project: Project,
  type: 'module' | 'commonjs',
  packages: string[],
  built?: Project,
): Promise<void> {
  const { folder, node } = project
  mkdirSync(folder, { recursive: true })
  cpSync(programs, folder, { recursive: true })
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, type }))
  const scripts = built ? ['--ignore-scripts'] : []
  await npm(['install', ...scripts, ...packages], { cwd: folder, env: node.env })
  const driver = join('node_modules', 'better-sqlite3', 'build')
  if (built && node.major < 22) cpSync(join(built.folder, driver), join(folder, driver), { recursive: true })
}
