import assert from 'node:assert/strict'
import { cpSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ExampleApp } from '../../examples/example-app.ts'
import { temporaryFolder } from '../../harness/temporary-folder.ts'
import { repository, run } from '../package.ts'

const SECRET = 'a secret of well over thirty-two characters'

export interface Manifest {
  readonly name: string
  readonly private?: boolean
  readonly scripts: Record<string, string>
  readonly dependencies: Record<string, string>
  readonly devDependencies?: Record<string, string>
  readonly engines: Record<string, string>
}

const examples = join(repository, 'examples')

export const pathIn = (name: string, file = '') => join(examples, name, file)
export const manifestOf = (name: string): Manifest => JSON.parse(readFileSync(pathIn(name, 'package.json'), 'utf8'))

/** The examples that are folders of their own, with a manifest. */
export const exampleNames = readdirSync(examples, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && readdirSync(pathIn(entry.name)).includes('package.json'))
  .map(({ name }) => name)
  .sort()

/** A copy of an example outside of the repository, as a user has it. */
export class ExampleProject {
  readonly name: string
  readonly folder: string
  /** For its processes. */
  readonly env: NodeJS.ProcessEnv

  constructor(name: string, env: NodeJS.ProcessEnv) {
    this.name = name
    this.folder = temporaryFolder(`example-${name}`)
    this.env = env
    cpSync(pathIn(name), this.folder, { recursive: true })
  }

  /** Starts a script of the manifest as a process of its own, which has printed `ready` when `work` begins. */
  async running(
    work: (app: ExampleApp) => Promise<void>,
    { script = 'start', ready = /^Listening on (http:\S+)\n/m, env = {} as NodeJS.ProcessEnv } = {},
  ): Promise<void> {
    const app = this.start(script, env)
    try {
      await app.printed(ready)
      await work(app)
    } catch (error) {
      await app.end('SIGKILL')
      throw error
    }
    assert.equal(await app.end('SIGTERM'), 0, `${this.name} did not stop by itself:\n${app.output}`)
  }

  start(script: string, env: NodeJS.ProcessEnv = {}, args: string[] = []): ExampleApp {
    const { folder, env: own } = this
    const command = this.command(script)
    return new ExampleApp({ folder, env: { ...own, SESSION_SECRET: SECRET, ...env }, command, args })
  }

  /** What a script of the manifest runs. */
  command(script: string): [program: string, ...args: string[]] {
    const [program, ...args] = manifestOf(this.name).scripts[script]!.split(' ')
    return [program!, ...args]
  }

  /** Runs a program that is installed in the project. */
  async npx(args: string[], env: NodeJS.ProcessEnv = {}): Promise<string> {
    const options = { cwd: this.folder, env: { ...process.env, ...this.env, SESSION_SECRET: SECRET, ...env } }
    const { stdout, stderr } = await run('npx', ['--no-install', ...args], options)
    return stdout + stderr
  }
}
