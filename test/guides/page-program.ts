import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdirSync, readFileSync, symlinkSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { FastifyPluginAsync } from 'fastify'
import { Workspace } from '../pages/readme-workspace.ts'
import { filesOf } from './page-files.ts'

const repository = fileURLToPath(new URL('../..', import.meta.url))
const BESIDE = join(repository, 'test/beside')

/** Secrets that the programs of the pages read from their environment. */
export const secrets = {
  SESSION_SECRET: randomBytes(48).toString('base64'),
  JWT_SECRET: randomBytes(48).toString('base64'),
}

/** A program of a page in a workspace, with the packages that it imports. */
export class PageProgram {
  readonly workspace = new Workspace()
  readonly #stops: (() => Promise<void>)[] = []

  /** Packages are those of the repository, or else those that the folder test/beside has. */
  constructor(page: string, packages: string[] = [], replacements: [text: string, other: string][] = []) {
    for (const name of packages) this.#link(name)
    const changed = (code: string, [text, other]: [string, string]) => code.replace(text, other)
    for (const [name, code] of filesOf(page))
      this.workspace.write(name, [['port: 3000', 'port: 0'] as [string, string], ...replacements].reduce(changed, code))
  }

  /** What the compiler says about the program. */
  complaints(): Promise<string> {
    return this.workspace.complaints()
  }

  /** Starts the program; its address. */
  async start(file: string, env: NodeJS.ProcessEnv = {}): Promise<string> {
    const child = this.workspace.start(file, { ...secrets, DATABASE_URL: undefined, ...env })
    this.#stops.push(async () => {
      if (child.exitCode !== null) return
      child.kill()
      await once(child, 'close')
    })
    let output = ''
    child.stderr.on('data', (text) => (output += text))
    for await (const line of createInterface(child.stdout)) {
      const [address] = /http:\/\/127\.0\.0\.1:\d+/.exec(line) ?? []
      if (address) return address
      output += `${line}\n`
    }
    return assert.fail(`${file} ended before it listened:\n${output}`)
  }

  /** Ends what was started, and removes the workspace. */
  async end(): Promise<void> {
    await Promise.all(this.#stops.map((stop) => stop()))
    this.workspace.remove()
  }

  #link(name: string): void {
    const path = join(this.workspace.folder, 'node_modules', name)
    mkdirSync(dirname(path), { recursive: true })
    symlinkSync(folderOf(name), path)
  }
}

/** A plugin that only the folder test/beside has, whose types are not there to be checked. */
export function besidePlugin(name: string): FastifyPluginAsync<Record<string, unknown>> {
  return createRequire(join(BESIDE, 'package.json'))(name)
}

/** Installs the packages that the pages use beside this one, unless they are there. */
export function installBeside(): void {
  const installer = join(repository, 'test/harness/install-folder.js')
  const { status, stderr } = spawnSync(process.execPath, [installer, 'test/beside'], { encoding: 'utf8' })
  assert.equal(status, 0, `node test/harness/install-folder.js test/beside\n${stderr}`)
}

function folderOf(name: string): string {
  const { dependencies } = JSON.parse(readFileSync(join(BESIDE, 'package.json'), 'utf8'))
  return join(name in dependencies ? BESIDE : repository, 'node_modules', name)
}
