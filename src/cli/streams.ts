/** Ends quietly when the reader of stdout has closed it, as in `| head`; a closed stderr is ignored. */
export function outliveReaders(): void {
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

/** Resolves when everything that was printed has left the process. */
export async function flushed(): Promise<void> {
  await Promise.all([process.stdout, process.stderr].map((stream) => new Promise((done) => stream.write('', done))))
}
