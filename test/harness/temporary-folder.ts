import { chmodSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export function temporaryFolder(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), `${name}-`))
  // A server that runs under another account has to reach the folder it owns in here.
  chmodSync(folder, 0o755)
  return folder
}
