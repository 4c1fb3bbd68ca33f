import assert from 'node:assert/strict'
import { settingsFor } from '../cli/command-line.ts'
import type { TestDatabase } from '../harness/databases.ts'
import { secret } from '../support/stores.ts'
import { type MeasuredCommand, measuredCommand } from './memory-peak.ts'
import { fillOtherStore, tableStores } from './table-rows.ts'

/** What each of these commands may take, in bytes, however many sessions there are. */
export const MEMORY_BOUND = 300 * 1_000_000

export const laterSecret = 'another secret, as long as the one before it, and longer'

/** The environment after the secret was rotated. */
export const rotatedSettings = (database: TestDatabase) => ({
  DATABASE_URL: database.url,
  SESSION_SECRET: laterSecret,
  FORMER_SESSION_SECRET: secret,
})

/**
 * Fills the table of another store, imports it twice, and seals all anew with another key, each in a process of its own.
 * Fails when anything is missing afterwards, or a process took more memory than it may.
 *
 * @param bytes - that each session holds beside some 150 of its own
 */
export async function importLarge(
  database: TestDatabase,
  rows: number,
  bytes: number,
  tell: (step: string) => void = () => {},
): Promise<Record<'import' | 'again' | 'reencrypt', MeasuredCommand>> {
  const env = settingsFor(database)
  tell(`filling ${rows.toLocaleString('en')} rows`)
  await fillOtherStore(database, rows, bytes)
  assert.equal((await measuredCommand(['migrate'], { env })).code, 0)
  const args = ['import', '--from', tableStores[database.dialect].name, '--json']
  const run = async (words: readonly string[], settings: NodeJS.ProcessEnv) => {
    tell(words.join(' '))
    const measured = await measuredCommand(words, { env: settings })
    assert.equal(measured.code, 0, measured.stderr)
    assert.ok(
      measured.peakBytes > 0 && measured.peakBytes < MEMORY_BOUND,
      `${words[0]} took ${measured.peakBytes} bytes`,
    )
    return measured
  }
  const first = await run(args, env)
  assert.equal(JSON.parse(first.stdout).imported, rows)
  const again = await run(args, env)
  assert.equal(JSON.parse(again.stdout).skipped.exists, rows)
  const reencrypt = await run(['reencrypt', '--json'], rotatedSettings(database))
  const { reencrypted, remaining } = JSON.parse(reencrypt.stdout)
  assert.deepEqual([reencrypted, remaining], [rows, 0])
  return { import: first, again, reencrypt }
}
