import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync, rmSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { temporaryFolder } from './temporary-folder.ts'
import type { ServerFile } from './test-server.ts'

/** The files of a server that may be running: what it removes meanwhile is left out. */
export function filesBelow(folder: string): ServerFile[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  return entries.flatMap((entry) => {
    const file = join(entry.parentPath, entry.name)
    const bytes = contentOf(file)
    return bytes ? [{ path: relative(folder, file).replaceAll(sep, '/'), bytes }] : []
  })
}

/** The files in a tar archive. */
export async function filesOfArchive(archive: NodeJS.ReadableStream): Promise<ServerFile[]> {
  const folder = temporaryFolder('archive')
  try {
    const unpacking = spawn('tar', ['-x', '--no-same-owner', '-C', folder], { stdio: ['pipe', 'ignore', 'inherit'] })
    const ended = once(unpacking, 'close')
    await pipeline(archive, unpacking.stdin)
    await ended
    if (unpacking.exitCode !== 0) throw new Error(`tar ended with exit code ${unpacking.exitCode}`)
    return filesBelow(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function contentOf(file: string): Buffer | undefined {
  try {
    const bytes = readFileSync(file)
    let end = bytes.length
    while (end > 0 && bytes[end - 1] === 0) end--
    return bytes.subarray(0, end)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
