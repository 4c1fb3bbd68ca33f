import assert from 'node:assert/strict'
import { join } from 'node:path'
import type { DatabaseTarget } from '../harness/databases.ts'
import type { Node } from './nodes.ts'
import { run } from './package.ts'
import { inRange, install, needed, type Project } from './projects.ts'

/** A way to use the package, and the program that does. */
interface Way {
  readonly modules: string
  readonly type: 'module' | 'commonjs'
  readonly packages: (node: Node) => string[]
  readonly compile?: true
  readonly program: string
}

// One compiler of each kind that people have: the one in JavaScript, and the native one.
const compilerFor = ({ major }: Node) => (major === 20 ? 'typescript@5' : inRange('typescript'))

const WAYS: Way[] = [
  { modules: 'ESM', type: 'module', packages: () => [], program: 'esm.mjs' },
  { modules: 'CommonJS', type: 'commonjs', packages: () => [], program: 'commonjs.cjs' },
  {
    modules: 'TypeScript',
    type: 'module',
    packages: (node) => [
      compilerFor(node),
      ...['@types/node', '@types/better-sqlite3', '@opentelemetry/api', 'prom-client'].map(inRange),
    ],
    compile: true,
    program: 'built/typescript.js',
  },
]

/** What came of it: a line of the table. */
export interface Use {
  readonly node: string
  readonly modules: string
  readonly database: string
  readonly result: string
}

/** Installs the archive in a fresh project of each kind, and uses it on each database. */
export async function useEverywhere(
  node: Node,
  archive: string,
  folder: string,
  targets: DatabaseTarget[],
  note: (use: Use) => void,
): Promise<void> {
  let first: Project | undefined
  for (const way of WAYS) {
    const project = { node, folder: join(folder, `${node.major}-${way.modules}`) }
    const line = { node: String(node.major), modules: way.modules }
    const prepared = await resultOf(() => prepare(project, way, archive, first))
    first ??= project
    for (const target of targets) {
      const result = prepared === PASSED ? await resultOf(() => useOn(project, way, target)) : prepared
      note({ ...line, database: target.name, result })
    }
  }
}

export const PASSED = 'passed'

/** `passed`, or what failed and what it said. */
export async function resultOf(work: () => Promise<void>): Promise<string> {
  try {
    await work()
    return PASSED
  } catch (error) {
    const { message, stdout = '', stderr = '' } = error as Error & { stdout?: string; stderr?: string }
    return [message, stdout, stderr].join('\n').trim()
  }
}

async function prepare(project: Project, way: Way, archive: string, built: Project | undefined): Promise<void> {
  const packages = [archive, ...needed(project.node), ...way.packages(project.node)]
  await install(project, way.type, packages, built)
  if (way.compile) await inProject(project, 'npx', ['tsc', '-p', 'tsconfig.json', '--skipLibCheck'])
  const version = await inProject(project, 'npx', ['stored-session', '--version'])
  assert.match(version, /^\d+\.\d+\.\d+/)
}

/** The command line makes the table, the program uses it, and the command line counts what is there. */
async function useOn(project: Project, { program }: Way, target: DatabaseTarget): Promise<void> {
  const database = await target.create()
  try {
    const env = { DATABASE_URL: database.url }
    const commandLine = join(project.folder, 'node_modules', '.bin', 'stored-session')
    await inProject(project, commandLine, ['migrate'], env)
    assert.equal(await inProject(project, 'node', [program, database.url, 'false']), 'signed in: ada\n')
    const counted = await inProject(project, commandLine, ['count', '--state', 'live'], env)
    assert.match(counted, /^[1-9]\d*\n$/)
  } finally {
    await database.drop()
  }
}

/** Runs a program in a project with its Node, and returns what it printed. */
export async function inProject(
  { folder, node }: Project,
  program: string,
  args: string[],
  env: NodeJS.ProcessEnv = {},
): Promise<string> {
  const options = { cwd: folder, env: { ...node.env, ...env }, maxBuffer: 2 ** 26 }
  return (await run(program, args, options)).stdout
}
