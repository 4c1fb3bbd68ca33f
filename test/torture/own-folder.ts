import { rmSync } from 'node:fs'
import { temporaryFolder } from '../harness/temporary-folder.ts'

/** Keeps all temporary files of this process, of its servers too, in one folder, which goes with it. */
export function useOwnFolder(name: string): void {
  const folder = temporaryFolder(`stored-session-${name}`)
  process.env.TMPDIR = folder
  process.on('exit', () => rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 }))
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(1))
}
