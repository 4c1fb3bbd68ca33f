import { copyFileSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitepress'
import { apiReference } from './api-reference.ts'
import { addSiteRules, headingId } from './markdown.ts'
import { linksOf, pages } from './pages.ts'
import { accessibleSearchBox } from './search-box.ts'

const { description } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))
/** The part that has the generated reference too. */
const REFERENCE = 'Reference'
const DASHBOARD = 'grafana-dashboard.json'

export default defineConfig({
  title: 'stored-session',
  description,
  lang: 'en-GB',
  outDir: '../dist-docs',
  // A site of any address, and files that open without a server.
  base: process.env.DOCS_BASE ?? '/',
  cleanUrls: false,
  // Pages for people who work on the code are read in the repository.
  srcExclude: ['architecture.md', 'node_modules/**'],
  head: [['link', { rel: 'icon', href: 'data:,' }]],
  markdown: {
    theme: { light: 'github-light-high-contrast', dark: 'github-dark-high-contrast' },
    anchor: { slugify: headingId },
    config: addSiteRules,
  },
  vite: { plugins: [accessibleSearchBox()] },
  // The heading of the main entry point is also that of the front page.
  transformPageData: ({ relativePath, title }) =>
    relativePath.startsWith('api/stored-session') ? { title: `API of ${title}` } : {},
  // Pages offer it for download, so it is no module of theirs.
  buildEnd({ outDir }) {
    copyFileSync(fileURLToPath(new URL(`../${DASHBOARD}`, import.meta.url)), join(outDir, DASHBOARD))
  },
  themeConfig: {
    search: { provider: 'local', options: { miniSearch: { options: { tokenize: wordsOf } } } },
    outline: { level: [2, 3] },
    nav: pages.map(({ text, items }) => ({
      text,
      link: items[0]!.link,
      activeMatch: [...linksOf(items).map((link) => `^${link}$`), ...(text === REFERENCE ? ['^/api/'] : [])].join('|'),
    })),
    sidebar: pages.map(({ text, items }) => ({
      text,
      items: text === REFERENCE ? [...items, apiReference()] : items,
    })),
    footer: { message: 'Released under the MIT licence.' },
  },
})

/**
 * The words of a text for the search: a name such as that of an error is one word, and its parts are too. The browser
 * gets this function as its text.
 */
function wordsOf(text: string): string[] {
  const words = text.split(/[^\p{L}\p{N}_]+/u)
  return words.flatMap((word) => (word.includes('_') ? [word, ...word.split('_')] : word)).filter(Boolean)
}
