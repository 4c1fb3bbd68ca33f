import { randomBytes } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'

/** How often, and after which pause, a file is read again while another process writes it. */
const ATTEMPTS = 100
const PAUSE_MS = 10

/** The secret in SESSION_SECRET, or else in a file that only its owner can read and that the first start creates. */
export async function sessionSecret(file: string): Promise<string> {
  if (process.env.SESSION_SECRET) return process.env.SESSION_SECRET
  await makeSecret(file)
  return readSecret(file)
}

async function makeSecret(file: string): Promise<void> {
  try {
    // wx: of several processes that start together, one creates the file.
    await writeFile(file, `${randomBytes(48).toString('base64')}\n`, { flag: 'wx', mode: 0o600 })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
}

async function readSecret(file: string): Promise<string> {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const content = await readFile(file, 'utf8')
    // The line break is written last: without it, the process that creates the file has not finished.
    if (content.endsWith('\n')) return content.trim()
    await sleep(PAUSE_MS)
  }
  throw new Error(`The secret in ${file} is incomplete: end its line, or delete the file to sign everybody out`)
}
