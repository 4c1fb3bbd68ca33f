import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { describe, test } from 'node:test'
import { wordsOf, writtenPages } from '../prose.ts'

interface Speller {
  correct(word: string): boolean
  personal(words: string): Speller
  suggest(word: string): string[]
}

const LIST = new URL('../../../docs/words.txt', import.meta.url)

// The speller and the British dictionary belong to the generator of the documentation.
const { resolve } = createRequire(new URL('../../../docs/package.json', import.meta.url))
const nspell = createRequire(import.meta.url)(resolve('nspell')) as (parts: { aff: Buffer; dic: Buffer }) => Speller
const part = (kind: 'aff' | 'dic') => readFileSync(join(dirname(resolve('dictionary-en-gb')), `index.${kind}`))
const british = () => nspell({ aff: part('aff'), dic: part('dic') })

const own = readFileSync(LIST, 'utf8').trim().split('\n')
const pages = writtenPages()

describe('the spelling of the pages', () => {
  const speller = british().personal(own.join('\n'))

  for (const page of pages) {
    test(`${page} has no word that neither the dictionary nor docs/words.txt has`, () => {
      const words = wordsOf(page)
      assert.ok(words.length > 30)
      const unknown = words.filter(({ text }) => !isKnown(speller, text))
      assert.deepEqual(
        unknown.map(({ text, line }) => `${page}:${line}: ${text} (${speller.suggest(text).slice(0, 3).join(', ')}?)`),
        [],
      )
    })
  }

  test('is British', () => {
    for (const word of ['behavior', 'analyze', 'organization', 'canceled', 'neighbor'])
      assert.equal(isKnown(speller, word), false, word)
    for (const word of ['behaviour', 'analyse', 'organisation', 'cancelled', 'neighbour'])
      assert.equal(isKnown(speller, word), true, word)
  })
})

describe('docs/words.txt', () => {
  test('is sorted, and has no word that the dictionary has', () => {
    assert.deepEqual(own, [...new Set(own)].sort(byLetters))
    const speller = british()
    assert.deepEqual(
      own.filter((word) => isKnown(speller, word)),
      [],
    )
  })
})

const byLetters = (one: string, other: string) => one.localeCompare(other, 'en')

const stem = (word: string) => word.replace(/'s$/, '')

function isKnown(speller: Speller, word: string): boolean {
  return speller.correct(stem(word))
}
