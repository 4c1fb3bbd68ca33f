import { cpSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'esbuild'
import { temporaryFolder } from '../harness/temporary-folder.ts'
import { onceInRun } from './once-in-run.ts'
import { repository } from './package.ts'

let building: Promise<string> | undefined

/**
 * The package as its manifest describes it, without its types: built from the sources in a moment, once for a whole run of
 * tests, or else for each test file.
 */
export function builtPackage(): Promise<string> {
  building ??= onceInRun('built-package', buildPackage)
  return building
}

async function buildPackage(): Promise<string> {
  const folder = temporaryFolder('built-package')
  for (const name of ['package.json', 'drizzle'])
    cpSync(join(repository, name), join(folder, name), { recursive: true })
  const { exports, bin } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    exports: Record<string, { default: string } | string>
    bin: Record<string, string>
  }
  const built = [...Object.values(exports).map((target) => (typeof target === 'string' ? target : target.default))]
  const programs = [...built, ...Object.values(bin)].filter((path) => path.startsWith('./dist/'))
  const entryPoints = programs.map((path) => join(repository, path.replace(/^\.\/dist\/(.*)\.js$/, 'src/$1.ts')))
  await bundleInto(folder, entryPoints)
  return folder
}

/** Bundles files of src/ to where a package in this folder has them, with the packages that they import left outside. */
async function bundleInto(folder: string, entryPoints: string[]): Promise<void> {
  await build({
    entryPoints,
    outdir: join(folder, 'dist'),
    outbase: join(repository, 'src'),
    // As deep as the files that look for the migrations and the manifest from where they are.
    chunkNames: 'chunks/[hash]',
    bundle: true,
    splitting: true,
    packages: 'external',
    format: 'esm',
    platform: 'node',
    target: 'node20',
    logLevel: 'error',
  })
}
