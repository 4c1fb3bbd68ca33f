import { existsSync, mkdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { builtPackage } from '../built-package.ts'
import { linkPackages } from '../consumer.ts'
import { repository } from '../package.ts'
import { ExampleProject, manifestOf } from './example-project.ts'

/** An example with the package as it is built here, and with links to modules of ours: ready in a moment, without npm. */
export async function linkedExample(name: string): Promise<ExampleProject> {
  const { dependencies, devDependencies } = manifestOf(name)
  // The Node that runs this may be older than those that run TypeScript themselves.
  const env = devDependencies?.typescript && { NODE_OPTIONS: `--import=${import.meta.resolve('tsx')}` }
  const project = new ExampleProject(name, env || {})
  const modules = Object.keys({ ...dependencies, ...devDependencies }).filter((module) => module !== 'stored-session')
  linkPackages(project.folder, await builtPackage(), modules)
  for (const module of modules) linkProgram(project.folder, module)
  return project
}

function linkProgram(folder: string, name: string): void {
  const program = join(repository, 'node_modules', '.bin', name)
  if (!existsSync(program)) return
  const programs = join(folder, 'node_modules', '.bin')
  mkdirSync(programs, { recursive: true })
  symlinkSync(program, join(programs, name))
}
