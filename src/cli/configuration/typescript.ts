import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'
import { CommandError } from '../command-error.ts'

type Module = Record<string, unknown>

/** What Node says to TypeScript that it cannot run: none at all, no such syntax, or imports as compilers alone find them. */
const NOT_FOR_NODE = new Set([
  'ERR_UNKNOWN_FILE_EXTENSION',
  'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX',
  'ERR_INVALID_TYPESCRIPT_SYNTAX',
  'ERR_MODULE_NOT_FOUND',
])

/** Runs a file of TypeScript: by Node where it can, else by what the project has for it. */
export async function importTypeScript(file: string, source: string): Promise<Module> {
  try {
    return await import(pathToFileURL(file).href)
  } catch (error) {
    if (!NOT_FOR_NODE.has(String((error as { code?: unknown }).code))) throw error
    const run = runner(file)
    if (run) return run(file)
    if ((error as { code?: unknown }).code === 'ERR_MODULE_NOT_FOUND') throw error
    throw new CommandError(
      `${source} is TypeScript, which Node ${process.versions.node} does not run by itself; ` +
        'install tsx (npm install --save-dev tsx), or use Node 22.18 or newer, or write the configuration in JavaScript',
      { cause: error },
    )
  }
}

/** What the project has that runs TypeScript. */
function runner(file: string): ((file: string) => Promise<Module>) | undefined {
  const { resolve } = createRequire(file)
  const load = async (name: string) => import(pathToFileURL(resolve(name)).href)
  if (isFound(resolve, 'tsx/esm/api')) {
    return async (path) => {
      const { tsImport } = await load('tsx/esm/api')
      return tsImport(pathToFileURL(path).href, import.meta.url)
    }
  }
  if (isFound(resolve, 'jiti')) {
    return async (path) => {
      const { createJiti } = await load('jiti')
      return createJiti(pathToFileURL(path).href).import(path)
    }
  }
  return undefined
}

function isFound(resolve: (name: string) => string, name: string): boolean {
  try {
    resolve(name)
    return true
  } catch {
    return false
  }
}
