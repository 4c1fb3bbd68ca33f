import { Findings } from './findings.ts'
import type { Change } from './recorded-changes.ts'
import { Requests } from './requests.ts'
import { Visitor } from './visitor.ts'

/** What this process tells of itself when asked. */
export interface Report extends Omit<Findings, 'note'> {
  lastFailureAt: number
  lastSuccessAt: number
  longestMs: number
  failed: number
}

/**
 * What it is told: to begin, to report, to review every session and report for the last time, and then to list the
 * acknowledged changes that have an event.
 */
export type Order = { begin: number[]; visitors: number; hasHistory: boolean } | 'report' | 'review' | 'changes'

const findings = new Findings()
let requests: Requests
let visitors: Visitor[]
let isOver = false
let rounds: Promise<unknown>

process.on('message', async (order: Order) => {
  if (order === 'report') process.send!(report())
  else if (order === 'review') await review()
  else if (order === 'changes') process.send!(visitors.flatMap(({ changes }): Change[] => changes))
  else begin(order)
})
process.on('disconnect', () => process.exit())
process.send!('loaded')

function begin({ begin: ports, visitors: count, hasHistory }: Extract<Order, object>): void {
  requests = new Requests(ports)
  visitors = Array.from({ length: count }, () => new Visitor(requests, findings, hasHistory))
  rounds = Promise.all(visitors.map(visit))
}

async function visit(visitor: Visitor): Promise<void> {
  while (!isOver) await visitor.step()
}

async function review(): Promise<void> {
  isOver = true
  await rounds
  await Promise.all(visitors.map((visitor) => visitor.review()))
  requests.close()
  process.send!(report())
}

function report(): Report {
  const { lastFailureAt, lastSuccessAt, longestMs, failed } = requests
  return { ...findings, lastFailureAt, lastSuccessAt, longestMs, failed }
}
