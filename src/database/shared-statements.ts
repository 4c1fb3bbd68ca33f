import { noteSharers } from './sharers.ts'

/** How items share statements. */
export interface Sharing<Item> {
  /** Statements under way at a time: with more, each would carry less; with one, a slow statement would hold up all. */
  readonly underWay: number
  /** Begins a statement, and says of each item in turn whether that statement takes it too. It takes the first in any case. */
  takes(): (item: Item) => boolean
}

interface Waiter<Item, Answer> {
  readonly item: Item
  resolve(answer: Answer): void
  reject(error: unknown): void
}

/**
 * Makes what is asked for in one turn of the event loop share one statement. Who is alone waits for nobody: a statement
 * leaves as soon as the loop has handed out what it had. Under load the next one leaves when one of those under way is
 * back, with all that has come meanwhile.
 *
 * @param run - runs one statement, and yields the answers in the order of its items; when it fails, each waiter does once
 */
export function shared<Item extends object, Answer>(
  run: (items: readonly Item[]) => Promise<readonly Answer[]>,
  { underWay: most, takes }: Sharing<Item>,
): (item: Item) => Promise<Answer> {
  let waiting: Waiter<Item, Answer>[] = []
  let underWay = 0
  let isLeaving = false

  const leaveSoon = () => {
    if (isLeaving || waiting.length === 0 || underWay === most) return
    isLeaving = true
    setImmediate(leave)
  }

  const leave = async () => {
    isLeaving = false
    const batch = take()
    underWay++
    leaveSoon()
    await answer(batch)
    underWay--
    leaveSoon()
  }

  const take = () => {
    const isTaken = takes()
    const end = waiting.findIndex(({ item }, index) => !isTaken(item) && index > 0)
    const batch = end < 0 ? waiting : waiting.slice(0, end)
    waiting = end < 0 ? [] : waiting.slice(end)
    return batch
  }

  const answer = async (batch: readonly Waiter<Item, Answer>[]) => {
    try {
      const items = batch.map(({ item }) => item)
      const answers = await run(items)
      noteSharers(items)
      batch.forEach((waiter, index) => {
        waiter.resolve(answers[index]!)
      })
    } catch (error) {
      for (const waiter of batch) waiter.reject(error)
    }
  }

  return (item) =>
    new Promise((resolve, reject) => {
      waiting.push({ item, resolve, reject })
      leaveSoon()
    })
}
