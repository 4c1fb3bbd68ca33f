import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DEFAULT_TABLE } from '../../database/sql/migrations.ts'
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

/** The files to write, and the messages to show. */
export interface InitPlan {
  readonly files: readonly PlannedFile[]
  /** A secret that is not written to a file, because git might commit it. */
  readonly secretToTell: string | undefined
  readonly snippet: string
  /** Packages that are not in package.json yet. */
  readonly missingPackages: readonly string[]
  /** Whether the project has no runner yet for a TypeScript configuration that Node itself cannot run here. */
  readonly needsRunner: boolean
  /** An example of the URL that .env lacks: there is no default for a database server. */
  readonly missingUrl: string | undefined
  /** A SQLite file that git would commit. */
  readonly committedFile: string | undefined
  /** A configuration of drizzle-kit whose push would drop the tables of the sessions, and the setting that prevents it. */
  readonly pushed: { readonly config: string; readonly setting: string } | undefined
}

/** @param secret - creates a secret; called only if one is needed */
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
    // A project with a configuration already has a secret.
    secretToTell: isIgnored || isBegun ? undefined : secret(),
    snippet: registerSnippet(project),
    missingPackages: ['stored-session', 'fastify', 'drizzle-orm', driver].filter(
      (name) => !project.packages.includes(name),
    ),
    needsRunner: configuration.path.endsWith('.ts') && needsRunner(project),
    missingUrl: isIgnored && DRIVERS[driver] !== 'sqlite' && !hasUrl(folder) ? EXAMPLE_URLS[driver] : undefined,
    committedFile:
      DRIVERS[driver] === 'sqlite' && ignoredByGit(folder, SQLITE_FILE) === 'committed' ? SQLITE_FILE : undefined,
    pushed: pushedIn(folder),
  }
}

function hasUrl(folder: string): boolean {
  const file = join(folder, '.env')
  return existsSync(file) && /^\s*(export\s+)?DATABASE_URL\s*=\s*\S/m.test(readFileSync(file, 'utf8'))
}

function pushedIn(folder: string): InitPlan['pushed'] {
  const config = DRIZZLE_CONFIGS.find((name) => existsSync(join(folder, name)))
  if (config === undefined || readFileSync(join(folder, config), 'utf8').includes(DEFAULT_TABLE)) return undefined
  return { config, setting: `tablesFilter: ['!${DEFAULT_TABLE}*']` }
}

/** The names that drizzle-kit looks for, in its order. */
const DRIZZLE_CONFIGS = ['drizzle.config.ts', 'drizzle.config.js', 'drizzle.config.json']

function needsRunner({ packages, exportsByAssignment }: Project): boolean {
  // Node only removes types, and `export =` is not a type.
  const isRunByNode = runsTypeScript() && !exportsByAssignment
  return !isRunByNode && !packages.includes('tsx') && !packages.includes('jiti')
}

// A configuration may have another name, and all commands find it.
function plannedConfiguration(project: Project, driver: Driver): PlannedFile {
  const name = configurationName(project)
  const present = configurationNames.find((one) => existsSync(join(project.folder, one)))
  return plannedFile(project.folder, present ?? name, configurationFile(driver, project))
}

/** The treatment of a file by git: ignored, or possibly committed; or there is no git here. */
type Ignored = 'ignored' | 'committed' | 'no git'

function ignoredByGit(folder: string, path: string): Ignored {
  const { status } = spawnSync('git', ['check-ignore', '--quiet', '--', path], { cwd: folder, stdio: 'ignore' })
  if (status === 0) return 'ignored'
  return status === 1 ? 'committed' : 'no git'
}
