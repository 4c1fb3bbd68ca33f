import { existsSync, readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const FOLDER = fileURLToPath(new URL('../api', import.meta.url))

/** The generated reference as a part of the sidebar, with a page for each entry point of the package. */
export function apiReference(folder = FOLDER) {
  const files = existsSync(folder) ? readdirSync(folder, { recursive: true, encoding: 'utf8' }) : []
  const pages = files.filter((file) => file.endsWith('.md')).map((file) => file.slice(0, -'.md'.length))
  const names = pages.filter((page) => page !== 'index').sort()
  return {
    text: 'API',
    link: '/api/',
    collapsed: false,
    items: names.map((name) => ({ text: name, link: `/api/${name}` })),
  }
}
