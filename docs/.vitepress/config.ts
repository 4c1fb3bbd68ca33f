import { readFileSync } from 'node:fs'
import { defineConfig } from 'vitepress'
import { apiReference } from './api-reference.ts'
import { pages } from './pages.ts'

const { description } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))

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
    config(markdown) {
      // Links to files outside of docs/ lead nowhere on the site, so their text stays without a link.
      markdown.core.ruler.push('links-of-the-repository', ({ tokens }) => {
        for (const { children } of tokens) unlink(children ?? [])
      })
    },
  },
  themeConfig: {
    search: {
      provider: 'local',
      options: { translations: { button: { buttonText: 'Search', buttonAriaLabel: 'Search Ctrl K' } } },
    },
    outline: { level: [2, 3] },
    nav: pages.map(({ text, items }) => ({
      text,
      link: items[0]!.link,
      activeMatch: items.map(({ link }) => link).join('|'),
    })),
    sidebar: pages.map(({ text, items }) => ({
      text,
      items: text === 'Reference' ? [...items, apiReference()] : items,
    })),
    footer: { message: 'Released under the MIT licence.' },
  },
})

interface Token {
  type: string
  hidden?: boolean
  attrGet(name: string): string | null
}

const isOutside = (href: string) => href.startsWith('../') || href === 'architecture.md'

function unlink(tokens: Token[]): void {
  let isUnlinked = false
  for (const token of tokens) {
    if (token.type === 'link_open') isUnlinked = isOutside(token.attrGet('href') ?? '')
    if (isUnlinked && token.type.startsWith('link_')) Object.assign(token, { type: 'text', content: '' })
    if (token.type === 'link_close') isUnlinked = false
  }
}
