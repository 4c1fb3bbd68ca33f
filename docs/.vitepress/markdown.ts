import { existsSync, readFileSync } from 'node:fs'
import { posix } from 'node:path'
import type { MarkdownRenderer } from 'vitepress'
import { isOutside } from './outside.ts'

type Token = ReturnType<MarkdownRenderer['parse']>[number]

const docs = new URL('../', import.meta.url)

/** As the host of the repository names headings, so that a link leads to its heading in both places. */
export function headingId(text: string): string {
  return text
    .trim()
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}_ -]/gu, '')
    .replaceAll(' ', '-')
}

/** Changes what reads well in the repository, and not on the site. */
export function addSiteRules(markdown: MarkdownRenderer): void {
  markdown.core.ruler.push('links-of-the-repository', ({ tokens, env }) => {
    for (const { children } of tokens) {
      nameTitles(children ?? [], env.relativePath ?? '')
      unlink(children ?? [], env.relativePath)
    }
  })
  markdown.core.ruler.push('long-names', ({ tokens, Token }) => {
    for (const [index, { type }] of tokens.entries()) {
      const inline = tokens[index + 1]
      if (type === 'heading_open' && inline?.children) inline.children = breakable(inline.children, Token)
    }
  })
  showDarkPictures(markdown)
}

/** Lets a name such as that of an error end a line after an underscore, because narrow windows cut it anywhere. */
function breakable(children: Token[], Kind: new (type: string, tag: string, nesting: 0) => Token): Token[] {
  const added = (type: string, content: string) => Object.assign(new Kind(type, '', 0), { content })
  return children.flatMap((child) => {
    if (child.type !== 'text' || !/\w_\w/.test(child.content)) return [child]
    const [first, ...rest] = child.content.split(/(?<=\w_)(?=\w)/)
    return [added('text', first!), ...rest.flatMap((part) => [added('html_inline', '<wbr>'), added('text', part)])]
  })
}

/** Names what a link leads to by its heading, where the text is the path of a file. */
function nameTitles(tokens: Token[], page: string): void {
  for (const [index, token] of tokens.entries()) {
    const text = tokens[index + 1]
    if (token.type !== 'link_open' || text?.type !== 'text' || !/^[\w/-]+\.md$/.test(text.content)) continue
    const [path, id] = (token.attrGet('href') ?? '').split('#') as [string, string | undefined]
    text.content = headingOf(posix.join(posix.dirname(page), path), id) ?? text.content
  }
}

/** The heading of a page with this id, or its title; undefined if the page or the heading does not exist. */
function headingOf(path: string, id: string | undefined): string | undefined {
  const file = new URL(path, docs)
  if (!path.endsWith('.md') || !existsSync(file)) return undefined
  const headings = [...readFileSync(file, 'utf8').matchAll(/^#+ (.+)$/gm)].map(([, text]) => text!.replaceAll('`', ''))
  return id === undefined ? headings[0] : headings.find((text) => headingId(text) === id)
}

/** Links to files outside of docs/ lead nowhere on the site, so their text stays without a link. */
function unlink(tokens: Token[], page: string): void {
  let isUnlinked = false
  for (const token of tokens) {
    if (token.type === 'link_open') isUnlinked = isOutside(token.attrGet('href') ?? '', page)
    if (isUnlinked && token.type.startsWith('link_')) Object.assign(token, { type: 'text', content: '' })
    if (token.type === 'link_close') isUnlinked = false
  }
}

/** Shows the dark one of a pair of pictures to readers of the dark site. */
function showDarkPictures(markdown: MarkdownRenderer): void {
  const show = markdown.renderer.rules.image!
  markdown.renderer.rules.image = (tokens, index, ...rest) => {
    const token = tokens[index]!
    const source = token.attrGet('src') ?? ''
    if (!source.endsWith('-light.webp')) return show(tokens, index, ...rest)
    return ['light', 'dark']
      .map((scheme) => {
        token.attrSet('src', source.replace('-light.webp', `-${scheme}.webp`))
        token.attrSet('class', `of-${scheme}`)
        return show(tokens, index, ...rest)
      })
      .join('')
  }
}
