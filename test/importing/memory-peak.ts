import { readFileSync } from 'node:fs'
import { type CommandEnd, type CommandPlace, startCommand } from '../cli/command-line.ts'

/** How a command ended, what memory it took, and how long. */
export interface MeasuredCommand extends CommandEnd {
  /** The most that was resident at a time, in bytes, as the kernel has noted it. */
  readonly peakBytes: number
  readonly seconds: number
  /** Lines of progress. */
  readonly progress: readonly string[]
}

const SAMPLE_MS = 50

/** Runs a command in a process of its own, and looks how much memory it takes. Linux alone says so. */
export async function measuredCommand(args: readonly string[], place: CommandPlace): Promise<MeasuredCommand> {
  const began = performance.now()
  const { child, end } = await startCommand(args, place)
  let peakBytes = 0
  const timer = setInterval(() => {
    peakBytes = Math.max(peakBytes, peakOf(child.pid!))
  }, SAMPLE_MS)
  try {
    const ended = await end
    const seconds = (performance.now() - began) / 1_000
    const progress = ended.stderr
      .split('\n')
      .filter((line) => /^\w[\w ]* [\d,]+( of [\d,]+ \(\d+%\))?, [\d,]+\/s/.test(line))
    return { ...ended, peakBytes, seconds, progress }
  } finally {
    clearInterval(timer)
  }
}

function peakOf(pid: number): number {
  try {
    const [, kibibytes = '0'] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
    return Number(kibibytes) * 1_024
  } catch {
    // It has ended.
    return 0
  }
}
