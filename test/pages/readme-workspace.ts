import { type ChildProcessByStdio, execFile, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'

const repository = fileURLToPath(new URL('../..', import.meta.url))
const PACKAGES = [
  'fastify',
  '@fastify/session',
  'drizzle-orm',
  'better-sqlite3',
  '@types/node',
  '@types/better-sqlite3',
  '@opentelemetry/api',
  'prom-client',
]
const TSX = import.meta.resolve('tsx')

/** A folder of a project that uses the package as it stands here. */
export class Workspace {
  readonly folder = mkdtempSync(join(tmpdir(), 'readme-'))

  constructor() {
    for (const name of PACKAGES) this.#link(name, join(repository, 'node_modules', name))
    this.#link('stored-session/src', join(repository, 'src'))
    this.write(
      'node_modules/stored-session/package.json',
      JSON.stringify({ type: 'module', exports: exportsOfSource() }),
    )
    this.write('package.json', '{ "type": "module" }')
    this.write(
      'tsconfig.json',
      JSON.stringify({
        extends: join(repository, 'tsconfig.json'),
        compilerOptions: { noUnusedLocals: false, declaration: false },
        include: ['*.ts'],
      }),
    )
  }

  write(path: string, text: string): string {
    const file = join(this.folder, path)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, text)
    return file
  }

  /** Begins a program of the workspace. */
  start(path: string, env: NodeJS.ProcessEnv = {}): ChildProcessByStdio<null, Readable, Readable> {
    const options = { cwd: this.folder, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] as const }
    return spawn(process.execPath, ['--import', TSX, path], { ...options, stdio: ['ignore', 'pipe', 'pipe'] })
  }

  /** Runs a program of the workspace to its end. */
  run(path: string, env: NodeJS.ProcessEnv = {}): Promise<{ code: number; output: string }> {
    return this.#execute(['--import', TSX, path], env)
  }

  /** What the compiler has to say about the workspace. */
  async complaints(): Promise<string> {
    const { output } = await this.#execute([join(repository, 'node_modules/typescript/bin/tsc'), '-p', this.folder])
    return output
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true })
  }

  #execute(args: string[], env: NodeJS.ProcessEnv = {}): Promise<{ code: number; output: string }> {
    const options = { cwd: this.folder, env: { ...process.env, ...env }, timeout: 60_000 }
    return new Promise((resolve) => {
      const child = execFile(process.execPath, args, options, (_error, stdout, stderr) => {
        resolve({ code: child.exitCode ?? -1, output: stdout + stderr })
      })
    })
  }

  #link(name: string, target: string): void {
    const path = join(this.folder, 'node_modules', name)
    mkdirSync(dirname(path), { recursive: true })
    symlinkSync(target, path)
  }
}

/** What package.json exports, with the sources in place of what is built from them. */
function exportsOfSource(): Record<string, string> {
  const { exports } = JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8')) as {
    exports: Record<string, { default: string } | string>
  }
  const built = Object.entries(exports).filter(([, target]) => typeof target === 'object')
  return Object.fromEntries(
    built.map(([name, target]) => [
      name,
      (target as { default: string }).default.replace(/^\.\/dist\/(.*)\.js$/, './src/$1.ts'),
    ]),
  )
}
