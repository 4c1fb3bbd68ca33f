import { posix } from 'node:path'

/** Pages for people who work on the code, which are read in the repository. */
const OF_THE_REPOSITORY = ['architecture.md']

/**
 * Whether a link leads to a file that is no page of the site.
 *
 * @param page - the page that has the link, by its path in docs/; undefined for one without a file
 */
export function isOutside(href: string, page = ''): boolean {
  const path = posix.join(posix.dirname(page), href)
  return path.startsWith('../') || OF_THE_REPOSITORY.includes(path)
}
