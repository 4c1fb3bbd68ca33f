import { existsSync, readFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import { parseTsconfig, type TsConfigJson } from 'get-tsconfig'
import { CommandError } from '../frame/errors.ts'

/** The module system of a project. */
export type ModuleKind = 'esm' | 'commonjs'

/** The project of an application in a folder. */
export interface Project {
  readonly folder: string
  /** All packages that it depends on. */
  readonly packages: readonly string[]
  readonly isTypeScript: boolean
  /** The module system that `package.json` sets for `.js` and `.ts` files. */
  readonly moduleKind: ModuleKind
  /** Whether its imports name files with the extension `.ts`. */
  readonly importsTypeScript: boolean
  /** Whether the compiler refuses `import … from` and `export`, because the file is CommonJS. */
  readonly exportsByAssignment: boolean
}

interface Manifest {
  readonly type?: string
  readonly dependencies?: object
  readonly devDependencies?: object
}

/** Reads the project in a folder; undefined where there is no package.json. */
export function projectIn(folder: string): Project | undefined {
  const file = join(folder, 'package.json')
  if (!existsSync(file)) return undefined
  const { type, dependencies, devDependencies } = manifestOf(file)
  const packages = Object.keys({ ...dependencies, ...devDependencies })
  const configuration = join(folder, 'tsconfig.json')
  const hasConfiguration = existsSync(configuration)
  const compilerOptions = hasConfiguration ? compilerOptionsOf(configuration) : {}
  const { allowImportingTsExtensions, rewriteRelativeImportExtensions } = compilerOptions
  const moduleKind = type === 'module' ? 'esm' : 'commonjs'
  return {
    folder,
    packages,
    isTypeScript: hasConfiguration || packages.includes('typescript'),
    moduleKind,
    importsTypeScript: allowImportingTsExtensions === true || rewriteRelativeImportExtensions === true,
    exportsByAssignment: moduleKind === 'commonjs' && isVerbatimCommonjs(compilerOptions),
  }
}

type CompilerOptions = TsConfigJson.CompilerOptions

// An unreadable file is ignored, because the compiler reports it.
function compilerOptionsOf(file: string): CompilerOptions {
  try {
    return parseTsconfig(file).compilerOptions ?? {}
  } catch {
    return {}
  }
}

// With `esnext` or `preserve` a bundler reads the files, and treats them as ESM whatever package.json says.
const isVerbatimCommonjs = ({ verbatimModuleSyntax, module }: CompilerOptions) =>
  verbatimModuleSyntax === true && /^(?:commonjs|node)/i.test(String(module))

function manifestOf(file: string): Manifest {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch (error) {
    throw new CommandError(`package.json cannot be read: ${(error as Error).message}`)
  }
}

/** The module system of a file of the project. TypeScript always uses import and export. */
export function moduleKindOf(project: Project | undefined, path: string): ModuleKind {
  const extension = extname(path)
  if (extension === '.cjs') return 'commonjs'
  return extension === '.js' && project?.moduleKind === 'commonjs' ? 'commonjs' : 'esm'
}
