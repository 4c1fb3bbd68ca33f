import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

/** Starts a program of ours in a process of its own, which says by its first message that it is ready. */
export async function launchProgram(program: URL): Promise<ChildProcess> {
  const child = fork(fileURLToPath(program), { execArgv: ['--import', 'tsx'] })
  await nextMessage(child)
  return child
}

/** Waits until the process says something; fails when it ends instead. */
export async function nextMessage(child: ChildProcess): Promise<void> {
  await Promise.race([once(child, 'message'), failOnExit(child)])
}

async function failOnExit(child: ChildProcess): Promise<never> {
  await once(child, 'exit')
  throw new Error(`${child.spawnargs.at(-1)} ended before it said anything`)
}
