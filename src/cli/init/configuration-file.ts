import { DRIVERS, type Driver } from '../project/installed.ts'
import type { Project } from '../project/project.ts'

/** The name of the configuration of a project. */
export const configurationName = ({ isTypeScript }: Project) =>
  isTypeScript ? 'stored-session.config.ts' : 'stored-session.config.js'

/** The default database for SQLite. */
export const SQLITE_FILE = 'sessions.db'

/** Example URLs that show the format. */
export const EXAMPLE_URLS: Record<Driver, string> = {
  postgres: 'postgres://user:password@127.0.0.1:5432/database',
  pg: 'postgres://user:password@127.0.0.1:5432/database',
  mysql2: 'mysql://user:password@127.0.0.1:3306/database',
  'better-sqlite3': `sqlite:${SQLITE_FILE}`,
}

/** The configuration that application and command line share. */
export function configurationFile(driver: Driver, project: Project): string {
  const { isTypeScript } = project
  const style = styleOf(project)
  const body = `{
  database: ${databaseOf(driver, isTypeScript)},
  secret: process.env.SESSION_SECRET${isTypeScript ? " ?? ''" : ''},
  // 'auto' also works over plain http. Behind a proxy that terminates TLS, set trustProxy of Fastify.
  cookie: { secure: process.env.NODE_ENV === 'production' ? true : 'auto' },
  // For lists, sign-out elsewhere and the pages of devices and of mission control: whose a session is, and its device.
  // user: (session) => session.userId,
  // metadata: true,
}`
  const imports = driver === 'pg' ? drizzleImport(style) : []
  const intro = '/** Sessions: shared by the application and by `npx stored-session`. */'
  const exported = { esm: 'export default', require: 'module.exports =', assignment: 'export =' }[style]
  if (isTypeScript) {
    const lines = [...imports, "import type { StoredSessionOptions } from 'stored-session'", '', intro]
    return `${lines.join('\n')}\nconst options: StoredSessionOptions = ${body}\n\n${exported} options\n`
  }
  const type = "/** @type {import('stored-session').StoredSessionOptions} */"
  return `${[...imports, ...(imports.length > 0 ? [''] : []), intro, type].join('\n')}\n${exported} ${body}\n`
}

/** The import and export style of the configuration: ESM in TypeScript, unless the compiler requires CommonJS forms. */
type Style = 'esm' | 'require' | 'assignment'

function styleOf({ isTypeScript, moduleKind, exportsByAssignment }: Project): Style {
  if (exportsByAssignment && isTypeScript) return 'assignment'
  return isTypeScript || moduleKind === 'esm' ? 'esm' : 'require'
}

function databaseOf(driver: Driver, isTypeScript: boolean): string {
  const url = 'process.env.DATABASE_URL'
  if (driver === 'pg') {
    // The pool belongs to the application, and must not keep its process alive.
    const typed = isTypeScript ? `${url} ?? ''` : url
    return `drizzle({ connection: { connectionString: ${typed}, allowExitOnIdle: true } })`
  }
  if (DRIVERS[driver] === 'sqlite') return `${url} ?? 'sqlite:${SQLITE_FILE}'`
  return isTypeScript ? `${url} ?? ''` : url
}

function drizzleImport(style: Style): string[] {
  const path = "'drizzle-orm/node-postgres'"
  if (style === 'esm') return [`import { drizzle } from ${path}`]
  if (style === 'require') return [`const { drizzle } = require(${path})`]
  return [`import nodePostgres = require(${path})`, 'import drizzle = nodePostgres.drizzle']
}

function importLine(style: Style, name: string, path: string): string {
  if (style === 'esm') return `import ${name} from '${path}'`
  return `${style === 'require' ? 'const' : 'import'} ${name} = require('${path}')`
}

/** Example code that registers the plugin: a whole application, to be merged into the existing one. */
export function registerSnippet(project: Project): string {
  const { isTypeScript, moduleKind, importsTypeScript } = project
  const isCommonjs = moduleKind === 'commonjs'
  const name = configurationName(project)
  const path = `./${importsTypeScript ? name : name.replace(/\.ts$/, '.js')}`
  const style = styleOf(project)
  const imports = [
    importLine(style, 'Fastify', 'fastify'),
    importLine(style, 'storedSession', 'stored-session'),
    importLine(style, 'sessions', path),
  ]
  const types = ['', "declare module 'fastify' {", '  interface Session {', '    userId?: string', '  }', '}']
  const lines = [
    ...imports,
    ...(isTypeScript ? types : []),
    '',
    'const app = Fastify({ logger: true })',
    `${isCommonjs ? '' : 'await '}app.register(storedSession, sessions)`,
    '',
    "app.get('/', async (request) => ({ user: request.session.userId ?? 'nobody' }))",
    '',
    `${isCommonjs ? '' : 'await '}app.listen({ port: Number(process.env.PORT ?? 3000) })`,
  ]
  return `${lines.join('\n')}\n`
}
