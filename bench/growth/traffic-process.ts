/** The process with the traffic, as seen from the process that measures. */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { TrafficMessage, TrafficResult, TrafficStart } from './traffic.ts'

const program = fileURLToPath(new URL('./traffic.ts', import.meta.url))

/** @param dist - the folder of a built package, which the traffic uses instead of the sources */
export async function startTraffic(url: string, dist?: string): Promise<ChildProcess> {
  const child = fork(program, [url, ...(dist ? [dist] : [])], { execArgv: ['--import', 'tsx'] })
  await answerOf(child)
  return child
}

/** Does work while the traffic runs, and returns what the traffic saw meanwhile. */
export async function during<Result>(
  traffic: ChildProcess,
  start: TrafficStart,
  work: () => Promise<Result>,
): Promise<[TrafficResult, Result]> {
  tell(traffic, { start })
  const result = await work()
  const answer = answerOf(traffic)
  tell(traffic, { stop: true })
  return [(await answer) as TrafficResult, result]
}

function tell(traffic: ChildProcess, message: TrafficMessage): void {
  traffic.send(message)
}

async function answerOf(traffic: ChildProcess): Promise<unknown> {
  const listening = new AbortController()
  const { signal } = listening
  const ended = once(traffic, 'exit', { signal }).then(() => {
    throw new Error('the process with the traffic ended')
  })
  try {
    const [answer] = await Promise.race([once(traffic, 'message', { signal }), ended])
    return answer
  } finally {
    listening.abort()
    ended.catch(() => {})
  }
}
