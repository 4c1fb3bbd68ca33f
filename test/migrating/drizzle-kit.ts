import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const program = fileURLToPath(new URL('../../node_modules/drizzle-kit/bin.cjs', import.meta.url))

/** Runs what `npx drizzle-kit` runs, in a folder that has a drizzle.config.ts, and returns what it printed. */
export async function drizzleKit(folder: string, args: string[], env: NodeJS.ProcessEnv): Promise<string> {
  const options = { cwd: folder, env: { ...process.env, ...env } }
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [program, ...args], options)
  return stdout + stderr
}

/** Our repository, where drizzle-kit finds drizzle.config.ts by itself. */
export const repository = fileURLToPath(new URL('../..', import.meta.url))
