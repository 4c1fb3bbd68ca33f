import { findServer, whatToDo } from './find-server.ts'
import type { ServerName, TestServer } from './test-server.ts'

/** Starts all at once. `started` collects them as they come up, for whoever has to stop them early. */
export async function startServers(names: ServerName[], started: TestServer[]): Promise<void> {
  const outcomes = await Promise.allSettled(names.map((name) => startServer(name, started)))
  const failures = outcomes.flatMap((outcome, i) => (outcome.status === 'rejected' ? describe(names[i]!, outcome) : []))
  if (failures.length > 0) throw new Error(failures.join('\n\n'))
}

async function startServer(name: ServerName, started: TestServer[]): Promise<void> {
  const server = await findServer(name)
  started.push(server)
  await server.start()
  console.log(`${name} ${server.version} (${server.source})`)
}

function describe(name: ServerName, { reason }: PromiseRejectedResult): string {
  const cause = reason instanceof Error && reason.cause instanceof Error ? `\nLast error: ${reason.cause.message}` : ''
  const message = reason instanceof Error ? reason.message || reason.name : String(reason)
  return `No ${name} to test on: ${message}${cause}\nWhat to do: ${whatToDo(name)}.`
}
