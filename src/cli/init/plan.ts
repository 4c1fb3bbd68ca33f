import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { configurationNames } from '../configuration/load.ts'
import { runsTypeScript } from '../configuration/typescript.ts'
import { DRIVERS, type Driver } from '../project/installed.ts'
import type { Project } from '../project/project.ts'
import { type PlannedFile, plannedFile, plannedVariables } from '../project/written-file.ts'
import {
  configurationFile,
  configurationName,
  EXAMPLE_URLS,
  registerSnippet,
  SQLITE_FILE,
} from './configuration-file.ts'

/** What is to be written, and what is to be told. */
export interface InitPlan {
  readonly files: readonly PlannedFile[]
  /** A secret that no file takes, because git might. */
  readonly secretToTell: string | undefined
  readonly snippet: string
  /** Packages that are not in package.json yet. */
  readonly missingPackages: readonly string[]
  /** Whether the project has nothing yet to run a configuration in TypeScript, which Node here would not. */
  readonly needsRunner: boolean
  /** A file of SQLite that git would commit. */
  readonly committedFile: string | undefined
}

/** @param secret - makes a secret, which is asked for where one is needed */
export function initPlan(project: Project, driver: Driver, secret: () => string): InitPlan {
  const { folder } = project
  const configuration = plannedConfiguration(project, driver)
  const example = plannedVariables(folder, '.env.example', {
    DATABASE_URL: `# The database of the sessions.\nDATABASE_URL=${EXAMPLE_URLS[driver]}`,
    SESSION_SECRET: '# Signs cookies and seals sessions. Make one: npx stored-session secret\nSESSION_SECRET=',
  })
  const isIgnored = ignoredByGit(folder, '.env') === 'ignored'
  const isBegun = configuration.state !== 'new'
  const variables = isIgnored
    ? [plannedVariables(folder, '.env', { SESSION_SECRET: `SESSION_SECRET=${secret()}` }, true)]
    : []
  return {
    files: [configuration, example, ...variables],
    // Whoever has a configuration has a secret.
    secretToTell: isIgnored || isBegun ? undefined : secret(),
    snippet: registerSnippet(project),
    missingPackages: ['stored-session', 'fastify', 'drizzle-orm', driver].filter(
      (name) => !project.packages.includes(name),
    ),
    needsRunner: configuration.path.endsWith('.ts') && needsRunner(project),
    committedFile:
      DRIVERS[driver] === 'sqlite' && ignoredByGit(folder, SQLITE_FILE) === 'committed' ? SQLITE_FILE : undefined,
  }
}

function needsRunner({ packages, exportsByAssignment }: Project): boolean {
  // To leave out types is all that Node does, and assignments of exports are no types.
  const isRunByNode = runsTypeScript() && !exportsByAssignment
  return !isRunByNode && !packages.includes('tsx') && !packages.includes('jiti')
}

// One of another name is a configuration too, and found by all commands.
function plannedConfiguration(project: Project, driver: Driver): PlannedFile {
  const name = configurationName(project)
  const present = configurationNames.find((one) => existsSync(join(project.folder, one)))
  return plannedFile(project.folder, present ?? name, configurationFile(driver, project))
}

/** What git does with a file: leaves it out of what is committed, or may commit it; or there is no git here. */
export type Ignored = 'ignored' | 'committed' | 'no git'

export function ignoredByGit(folder: string, path: string): Ignored {
  const { status } = spawnSync('git', ['check-ignore', '--quiet', '--', path], { cwd: folder, stdio: 'ignore' })
  if (status === 0) return 'ignored'
  return status === 1 ? 'committed' : 'no git'
}
