import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { before, test } from 'node:test'
import type { FastifyInstance } from 'fastify'
import { forEachDatabase } from '../harness/databases.ts'
import { appSuite } from '../support/app-suite.ts'
import { type Frame, recordedWays } from '../support/recorded-way.ts'
import { signIn } from '../support/visitor.ts'

/** How far it may be from what @fastify/session calls to the call of a driver. */
const LIMITS = {
  read: { from: 'get', frames: 15, files: 11 },
  save: { from: 'set', frames: 19, files: 16 },
  end: { from: 'destroy', frames: 18, files: 16 },
} as const

const page = readFileSync(new URL('../../docs/architecture.md', import.meta.url), 'utf8')

forEachDatabase((target) => {
  const suite = appSuite(target)
  let app: FastifyInstance

  before(async () => {
    app = await suite.open()
    // What happens once has happened.
    const visitor = await signIn(app)
    await visitor.me()
    await visitor.post('/change', { n: 1 })
  })

  for (const [name, { from, frames, files }] of Object.entries(LIMITS)) {
    test(`the way of ${name === 'end' ? 'an' : 'a'} ${name} to the driver has at most ${frames} functions in ${files} files, as the page has them`, async (t) => {
      const visitor = await signIn(app)
      const works = {
        read: () => visitor.me(),
        save: () => visitor.post('/change', { n: 2 }),
        end: () => visitor.post('/logout'),
      }
      const ways = await recordedWays(works[name as keyof typeof works])
      const begun = ways.map((way) => way.slice(way.findIndex((frame) => isEntry(frame, from))))
      const whole = begun.filter(([first]) => first && isEntry(first, from))
      assert.ok(whole.length > 0, `no way from ${from}: ${ways.join('\n')}`)
      for (const way of whole) {
        const passed = filesOf(way)
        t.diagnostic(`${way.length} functions in ${passed.length} files`)
        assert.ok(way.length <= frames && passed.length <= files, way.join('\n'))
        if (target.name === 'postgres') assert.deepEqual(listOf(name), passed)
      }
    })
  }
})

const isEntry = (frame: Frame, name: string) => frame.startsWith('plugin/host-store.ts') && frame.endsWith(`.${name}`)

const filesOf = (way: readonly Frame[]) => [...new Set(way.map((frame) => frame.slice(0, frame.indexOf(':'))))]

/** The files of a way, as the page lists them. */
function listOf(name: string): string[] {
  const section = page.slice(page.indexOf(`### The way of a ${name}`.replace('a end', 'an end')))
  const list = section.slice(section.indexOf('\n1. '), section.indexOf('\n\n', section.indexOf('\n1. ')))
  return [...list.matchAll(/^\d+\. `([^`]+)`/gm)].map(([, path]) => path!)
}
