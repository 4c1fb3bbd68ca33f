import { createHook, executionAsyncId } from 'node:async_hooks'
import { Socket } from 'node:net'
import BetterSqlite3 from 'better-sqlite3'

/** A function that was on the way, by its file in src/ and its name. */
export type Frame = `${string}: ${string}`

interface Origin {
  readonly frames: readonly Frame[]
  /** What was being done when it was begun. */
  readonly parent: number
}

const FRAME = /at (?:async )?(?:(.*?) \()?(?:file:\/\/)?\/.*\/src\/([^:]+):\d+/
const OURS = new URL('../../src/', import.meta.url).pathname
const DEEP = 200

/**
 * Records how work comes to a driver: the functions of src/ that are on the stack when bytes are sent to a server, or a
 * statement of SQLite runs, and those on the stacks of whatever led there over promises and turns of the event loop.
 *
 * @returns one way for each call of a driver, its beginning first; a function stands on it once
 */
export async function recordedWays(work: () => Promise<unknown>): Promise<Frame[][]> {
  const ways: Frame[][] = []
  const origins = new Map<number, Origin>()
  const hook = createHook({
    init(id) {
      origins.set(id, { frames: framesNow(), parent: executionAsyncId() })
    },
  })
  const record = () => {
    const frames = framesNow()
    for (let origin = origins.get(executionAsyncId()); origin; origin = origins.get(origin.parent))
      frames.push(...origin.frames)
    ways.push([...new Set(frames)].reverse())
  }
  const restore = watchDrivers(record)
  const { stackTraceLimit } = Error
  Error.stackTraceLimit = DEEP
  hook.enable()
  try {
    await work()
  } finally {
    hook.disable()
    Error.stackTraceLimit = stackTraceLimit
    restore()
  }
  return ways
}

function framesNow(): Frame[] {
  const lines = new Error('where').stack!.split('\n').filter((line) => line.includes(OURS))
  return lines.map((line): Frame => {
    const [, name = 'a function without a name', path] = FRAME.exec(line)!
    return `${path}: ${name}`
  })
}

function watchDrivers(record: () => void): () => void {
  const statement = Object.getPrototypeOf(new BetterSqlite3(':memory:').prepare('select 1'))
  const undo = [
    watch(Socket.prototype, 'write', record),
    watch(statement, 'get', record),
    watch(statement, 'run', record),
  ]
  return () => {
    for (const one of undo) one()
  }
}

function watch(prototype: object, name: string, record: () => void): () => void {
  const methods = prototype as Record<string, (...values: unknown[]) => unknown>
  const original = methods[name]!
  methods[name] = function (...values) {
    record()
    return original.apply(this, values)
  }
  return () => {
    methods[name] = original
  }
}
