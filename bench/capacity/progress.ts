import { say, sparingly } from '../growth/progress.ts'

/** Tells on the standard error how far work is, by its share from 0 to 1, and how long the rest will take. */
export function progressBar(work: string): (share: number) => void {
  return sparingly((share, seconds) => {
    const left = share > 0 ? ` ${Math.ceil(seconds / share - seconds)} s left` : ''
    say(
      `${work}: ${(share * 100).toFixed(0)}% after ${seconds.toFixed(0)} s, ${((share * 100) / seconds).toFixed(2)}% a second,${left}`,
    )
  })
}
