/**
 * Shares one read among all who ask while another is under way. Nobody joins a read that began before they asked: it may
 * have looked already, and missed what they look for.
 */
export function trailingReads<Result>(read: () => Promise<Result>): () => Promise<Result> {
  let last: Promise<unknown> = Promise.resolve()
  let next: Promise<Result> | undefined
  return () => {
    if (next) return next
    next = last.then(() => {
      next = undefined
      return read()
    })
    last = next.catch(() => {})
    return next
  }
}
