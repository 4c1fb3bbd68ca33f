import { accessSync, constants, existsSync } from 'node:fs'
import { mkdir, readdir, rename, rm } from 'node:fs/promises'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { PrivateApt } from './debian-packages.ts'

/** Unpacks once per machine and user; `fill` gets the folder to unpack to and one for apt's files. */
export async function cached(name: string, fill: (root: string, apt: PrivateApt) => Promise<void>): Promise<string> {
  const target = join(cacheFolder(), name)
  if (existsSync(target)) return target
  await removeAbandoned(name)
  const unfinished = `${target}.${process.pid}`
  await mkdir(unfinished, { recursive: true })
  try {
    await fill(join(unfinished, 'root'), new PrivateApt(join(unfinished, 'apt')))
    // Two runs may unpack at the same time: the first to finish is used by both.
    if (!existsSync(target)) await rename(join(unfinished, 'root'), target)
  } finally {
    await rm(unfinished, { recursive: true, force: true })
  }
  return target
}

// An interrupted run leaves its unfinished folder behind.
async function removeAbandoned(name: string): Promise<void> {
  const entries = existsSync(cacheFolder()) ? await readdir(cacheFolder()) : []
  const unfinished = entries.filter((entry) => entry.startsWith(`${name}.`))
  const abandoned = unfinished.filter((entry) => !isAlive(Number(entry.slice(name.length + 1))))
  await Promise.all(abandoned.map((entry) => rm(join(cacheFolder(), entry), { recursive: true, force: true })))
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

// An account without a home of its own unpacks for the one run.
function cacheFolder(): string {
  const user = isWritable(homedir()) ? join(homedir(), '.cache') : tmpdir()
  return join(process.env.XDG_CACHE_HOME || user, 'stored-session-test')
}

function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK)
    return true
  } catch {
    return false
  }
}
