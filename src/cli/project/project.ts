import { existsSync, readFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import { parseTsconfig, type TsConfigJson } from 'get-tsconfig'
import { CommandError } from '../frame/errors.ts'

/** How the code of a project imports and exports. */
export type ModuleKind = 'esm' | 'commonjs'

/** What there is of an application in a folder. */
export interface Project {
  readonly folder: string
  /** All packages that it depends on. */
  readonly packages: readonly string[]
  readonly isTypeScript: boolean
  /** What `package.json` makes of files that end with `.js` or `.ts`. */
  readonly moduleKind: ModuleKind
  /** Whether its imports name files with their own ending `.ts`. */
  readonly importsTypeScript: boolean
  /** Whether the compiler refuses `import … from` and `export`, which would not be CommonJS as they are written. */
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

// What cannot be read says nothing: that is for the compiler to tell.
function compilerOptionsOf(file: string): CompilerOptions {
  try {
    return parseTsconfig(file).compilerOptions ?? {}
  } catch {
    return {}
  }
}

// With `esnext` or `preserve` a bundler reads the files, and takes them for ESM whatever package.json says.
const isVerbatimCommonjs = ({ verbatimModuleSyntax, module }: CompilerOptions) =>
  verbatimModuleSyntax === true && /^(?:commonjs|node)/i.test(String(module))

function manifestOf(file: string): Manifest {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch (error) {
    throw new CommandError(`package.json cannot be read: ${(error as Error).message}`)
  }
}

/** How a file of the project is written. TypeScript always imports and exports. */
export function moduleKindOf(project: Project | undefined, path: string): ModuleKind {
  const extension = extname(path)
  if (extension === '.cjs') return 'commonjs'
  return extension === '.js' && project?.moduleKind === 'commonjs' ? 'commonjs' : 'esm'
}
