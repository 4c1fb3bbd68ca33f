import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, sep } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Where `npm run docs:build` writes the site. */
const FOLDER = fileURLToPath(new URL('../../dist-docs/', import.meta.url))

/** Made by the theme in the browser, for addresses that do not exist. */
export const NOT_FOUND = '404.html'

/** The file of the built site that a path of an address names; undefined if there is none. */
export function siteFile(path: string): string | undefined {
  const file = join(FOLDER, pageAt(path))
  return existsSync(file) ? file : undefined
}

/** The pages of the built site by their paths, without a slash before them. */
export function sitePages(): string[] {
  return readdirSync(FOLDER, { recursive: true, encoding: 'utf8' })
    .map((name) => name.replaceAll(sep, '/'))
    .filter((name) => name.endsWith('.html') && name !== NOT_FOUND)
    .sort()
}

/** The page that a path of an address shows, as `sitePages()` names it. */
export function pageAt(path: string): string {
  return path.replace(/^\//, '').replace(/(^|\/)$/, '$1index.html')
}

/** The HTML of a page. */
export function htmlOf(name: string): string {
  return readFileSync(join(FOLDER, name), 'utf8')
}
