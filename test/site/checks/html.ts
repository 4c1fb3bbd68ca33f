import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type Tag, tagsOf } from '../html-tags.ts'
import { htmlOf, pageAt, siteFile, sitePages } from '../site-folder.ts'

const ORIGIN = 'http://site'

const names = sitePages()
const tags = new Map(names.map((name) => [name, tagsOf(htmlOf(name))]))
const ids = new Map([...tags].map(([name, all]) => [name, valuesOf(all, 'id')]))

/** What every page has wrong, with the page's name. */
function faults(find: (all: Tag[], name: string) => string[]): string[] {
  return [...tags].flatMap(([name, all]) => find(all, name).map((fault) => `${name}: ${fault}`))
}

function valuesOf(all: Tag[], attribute: string, ...elements: string[]): string[] {
  return all
    .filter(({ name }) => elements.length === 0 || elements.includes(name))
    .flatMap(({ attributes }) => attributes.get(attribute) ?? [])
}

describe('the built site', () => {
  test('has links and anchors that lead somewhere', () => {
    let count = 0
    const broken = faults((all, page) =>
      valuesOf(all, 'href', 'a', 'link').filter((href) => {
        const { origin, pathname, hash } = new URL(href, `${ORIGIN}/${page}`)
        if (origin !== ORIGIN) return false
        count++
        if (!siteFile(pathname)) return true
        return hash !== '' && !ids.get(pageAt(pathname))?.includes(decodeURIComponent(hash.slice(1)))
      }),
    )
    assert.deepEqual(broken, [])
    assert.ok(count > names.length * names.length, 'every page links to every page')
  })

  test('names pages by their titles, not by their files', () => {
    const named = names.flatMap((name) => htmlOf(name).match(/<a [^>]*>[^<]*\.md<\/a>/g) ?? [])
    assert.deepEqual(named, [])
  })

  test('has scripts and images that exist, and describes every image', () => {
    let count = 0
    const broken = faults((all, page) =>
      valuesOf(all, 'src', 'img', 'script', 'source').filter((source) => {
        count++
        const { origin, pathname } = new URL(source, `${ORIGIN}/${page}`)
        return origin === ORIGIN ? !siteFile(pathname) : !source.startsWith('data:')
      }),
    )
    assert.deepEqual(broken, [])
    const images = (all: Tag[]) => all.filter(({ name }) => name === 'img')
    const undescribed = faults((all) =>
      images(all)
        .filter(({ attributes }) => !attributes.get('alt')?.trim())
        .map(({ attributes }) => attributes.get('src') ?? 'an image without a source'),
    )
    assert.deepEqual(undescribed, [])
    assert.ok(count > names.length && [...tags.values()].flatMap(images).length > 0)
  })

  test('has one h1 and one title of its own on every page', () => {
    const headings = faults((all) => {
      const { length } = all.filter(({ name }) => name === 'h1')
      return length === 1 ? [] : [`${length} h1`]
    })
    assert.deepEqual(headings, [])
    const titles = names.map((name) => /<title>([^<]*)<\/title>/.exec(htmlOf(name))?.[1]?.trim() || `none: ${name}`)
    assert.equal(new Set(titles).size, names.length)
    assert.deepEqual(
      titles.filter((title) => title.startsWith('none: ')),
      [],
    )
  })

  test('lets long names in headings end a line after an underscore', () => {
    const unbroken = names.filter((name) => /<h[1-4][^>]*>[^<]*\w_\w/.test(htmlOf(name)))
    assert.deepEqual(unbroken, [])
    assert.ok(names.some((name) => /<h1[^>]*>\w+_<wbr>\w/.test(htmlOf(name))))
  })

  test('has every id once on a page', () => {
    const repeated = faults((_all, page) => ids.get(page)!.filter((id, index, all) => all.indexOf(id) !== index))
    assert.deepEqual(repeated, [])
  })

  test('names its language on every page', () => {
    const others = faults((all) => valuesOf(all, 'lang', 'html').filter((lang) => lang !== 'en-GB'))
    assert.deepEqual(others, [])
    assert.deepEqual(
      faults((all) => (valuesOf(all, 'lang', 'html').length === 1 ? [] : ['no language'])),
      [],
    )
  })
})
