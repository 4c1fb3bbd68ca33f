#!/usr/bin/env node
import { commands } from './commands.ts'
import { run } from './run.ts'

outliveReaders()
const code = await run(process.argv.slice(2), commands)
await flushed()
// Connections that a configuration has opened, such as a pool that it passes, must not keep the command running.
process.exit(code)

/** Ends quietly when the reader of stdout has closed it, as in `| head`; a closed stderr is ignored. */
function outliveReaders(): void {
  const onError = (end: () => void) => (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
    end()
  }
  process.stdout.on(
    'error',
    onError(() => process.exit(0)),
  )
  process.stderr.on(
    'error',
    onError(() => {}),
  )
}

/** Resolves when all output has left the process. */
async function flushed(): Promise<void> {
  await Promise.all([process.stdout, process.stderr].map((stream) => new Promise((done) => stream.write('', done))))
}
