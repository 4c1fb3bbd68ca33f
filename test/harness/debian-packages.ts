import { existsSync, readFileSync } from 'node:fs'
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { execute } from './command.ts'
import { executables } from './executables.ts'

/** The distribution's name as in /etc/os-release, when it has packages in Debian's format. */
export function debianLike(): string | undefined {
  if (executables('apt-get').length === 0 || executables('dpkg-deb').length === 0) return undefined
  return /^ID="?(\w+)/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1]
}

/**
 * Package lists and archives of their own, so that nothing on the system changes and no rights are needed.
 * With no package counted as installed, apt brings every library along, the C library too.
 */
export class PrivateApt {
  readonly folder: string
  #sources: string[] = []
  #updateFailure: unknown

  constructor(folder: string) {
    this.folder = folder
  }

  async update(source?: string): Promise<void> {
    await rm(this.folder, { recursive: true, force: true })
    await mkdir(join(this.folder, 'lists', 'partial'), { recursive: true })
    await mkdir(join(this.folder, 'archives', 'partial'), { recursive: true })
    await writeFile(join(this.folder, 'status'), '')
    if (source !== undefined) await this.#useOnly(source)
    // One broken source among the machine's is no obstacle, unless the package turns out to be missing.
    this.#updateFailure = undefined
    const updated = this.run('apt-get', '-oAPT::Update::Error-Mode=any', 'update')
    await updated.catch((error) => {
      this.#updateFailure = error
    })
  }

  async #useOnly(source: string): Promise<void> {
    const list = join(this.folder, 'sources.list')
    await writeFile(list, `${source}\n`)
    this.#sources = [`-oDir::Etc::SourceList=${list}`, '-oDir::Etc::SourceParts=/dev/null']
  }

  run(program: string, ...args: string[]): Promise<string> {
    const options = [
      `-oDir::State::Lists=${join(this.folder, 'lists')}`,
      `-oDir::State::status=${join(this.folder, 'status')}`,
      `-oDir::Cache=${this.folder}`,
      `-oDir::Cache::archives=${join(this.folder, 'archives')}`,
      '-oAPT::Sandbox::User=root',
      '-oAcquire::Languages=none',
      ...this.#sources,
    ]
    return execute({ line: [program, '--quiet=2', ...options, ...args], env: { ...process.env, LC_ALL: 'C' } })
  }

  async #download(name: string): Promise<void> {
    try {
      await this.run('apt-get', 'install', '--yes', '--no-install-recommends', '--download-only', name)
    } catch (error) {
      throw this.explain(error)
    }
  }

  /** The better of two reasons for missing something in the package lists. */
  explain(error: unknown): unknown {
    return this.#updateFailure ?? error
  }

  async unpack(name: string, target: string): Promise<void> {
    await this.#download(name)
    const archives = join(this.folder, 'archives')
    await mkdir(target, { recursive: true })
    for (const file of await readdir(archives)) {
      if (file.endsWith('.deb')) await execute({ line: ['dpkg-deb', '--extract', join(archives, file), target] })
    }
  }
}

/** Fetches the package lists; on Debian those of its unstable suite, for programs that its stable releases lack. */
export async function updateWithUnstable(apt: PrivateApt): Promise<void> {
  await apt.update()
  if (debianLike() === 'debian') await apt.update(await unstableSource(apt))
}

async function unstableSource(apt: PrivateApt): Promise<string> {
  const targets = await apt.run('apt-get', 'indextargets', '--format', '$(LABEL)|$(REPO_URI)', 'Created-By: Packages')
  const mirror = targets.split('\n').find((line) => line.startsWith('Debian|'))
  if (mirror === undefined) throw apt.explain(new Error('apt knows no Debian mirror'))
  const keyring = keyrings.find((file) => existsSync(file))
  return `deb ${keyring ? `[signed-by=${keyring}] ` : ''}${mirror.slice('Debian|'.length)} sid main`
}

const keyrings = ['pgp', 'gpg'].map((ending) => `/usr/share/keyrings/debian-archive-keyring.${ending}`)
