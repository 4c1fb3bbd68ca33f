import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'
import { CommandError } from '../frame/errors.ts'

type Module = Record<string, unknown>

/** Node's errors for TypeScript that it cannot run: no support, unsupported syntax, imports only compilers find. */
const NOT_FOR_NODE = new Set([
  'ERR_UNKNOWN_FILE_EXTENSION',
  'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX',
  'ERR_INVALID_TYPESCRIPT_SYNTAX',
  'ERR_MODULE_NOT_FOUND',
])

/** Runs a TypeScript file: with Node where possible, else with a runner of the project. */
export async function importTypeScript(file: string, source: string): Promise<Module> {
  try {
    return await import(pathToFileURL(file).href)
  } catch (error) {
    if (!NOT_FOR_NODE.has(String((error as { code?: unknown }).code))) throw error
    const run = runner(file)
    if (run) return run(file)
    if ((error as { code?: unknown }).code === 'ERR_MODULE_NOT_FOUND') throw error
    throw new CommandError(notRun(source, error as Error), { cause: error })
  }
}

/** Whether Node itself removes the types from TypeScript, as it does from 22.18 on. */
export const runsTypeScript = () => Boolean((process.features as { typescript?: unknown }).typescript)

function notRun(source: string, { message }: Error): string {
  const node = `Node ${process.versions.node} does not run by itself`
  const tsx = 'install tsx (npm install --save-dev tsx)'
  if (runsTypeScript())
    return `${source} has what ${node} (${message.trim()}); ${tsx}, or write the configuration in JavaScript`
  return `${source} is TypeScript, which ${node}; ${tsx}, or use Node 22.18 or newer, or write the configuration in JavaScript`
}

/**
 * The TypeScript runner of the project. By default, both runners would cache a copy of the configuration, with any
 * secret in it, that all users of the machine can read.
 */
function runner(file: string): ((file: string) => Promise<Module>) | undefined {
  const tsx = moduleOf('tsx', './esm/api', file)
  if (tsx) return (path) => runByTsx(tsx, path)
  const jiti = moduleOf('jiti', '.', file)
  if (jiti) return async (path) => (await import(jiti)).createJiti(pathToFileURL(path).href, UNCACHED).import(path)
  return undefined
}

const UNCACHED = { fsCache: false }

async function runByTsx(tsx: string, file: string): Promise<Module> {
  // tsx reads this when it is loaded.
  process.env.TSX_DISABLE_CACHE = '1'
  return (await import(tsx)).tsImport(pathToFileURL(file).href, import.meta.url)
}

/** The file that `import` in this file would load for a package. Node offers that for other files only as `require`. */
function moduleOf(name: string, entry: string, file: string): string | undefined {
  try {
    const manifest = createRequire(file).resolve(`${name}/package.json`)
    const target = JSON.parse(readFileSync(manifest, 'utf8')).exports[entry].import
    return new URL(target.default ?? target, pathToFileURL(manifest)).href
  } catch {
    return undefined
  }
}
