import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { UnstorableError } from '../../src/errors.ts'
import { checkStorable, jsonRules } from '../../src/payload/storable.ts'
import { msgpackRules } from '../../src/payload/storable-msgpack.ts'

const act = () => {}

/** The path of the first value that cannot be stored. */
function pathOfFault(root: object, rules = msgpackRules): string | undefined {
  try {
    checkStorable(root, rules)
    return undefined
  } catch (error) {
    assert.ok(error instanceof UnstorableError, String(error))
    assert.equal(error.code, 'FST_STORED_SESSION_UNSTORABLE')
    assert.equal(error.message, 'The session cannot be stored, so nothing was written')
    const topLevel = error.path
    error.showWholePath()
    assert.ok(error.path.startsWith(topLevel) && /^$|^[[.]/.test(error.path.slice(topLevel.length)), error.path)
    return error.reason === 'functions cannot be stored' ? error.path : `${error.path}: ${error.reason}`
  }
}

describe('the path of what cannot be stored', () => {
  test('is written as one would write it in code', () => {
    const paths: [root: object, path: string][] = [
      [{ act }, 'act'],
      [{ cart: { items: [{}, { act }] } }, 'cart.items[1].act'],
      [{ a: [[act]] }, 'a[0][0]'],
      [{ 'two words': { act } }, '["two words"].act'],
      [{ a: { 'x.y': act } }, 'a["x.y"]'],
      [{ a: { '': act } }, 'a[""]'],
      [{ a: { 7: act } }, 'a["7"]'],
      [{ a: { '"': act } }, 'a["\\""]'],
      [{ größe: { $: { _a: act } } }, 'größe.$._a'],
      [{ m: new Map<unknown, unknown>([['key', act]]) }, 'm.get("key")'],
      [{ m: new Map<unknown, unknown>([[7, { act }]]) }, 'm.get(7).act'],
      [{ m: new Map<unknown, unknown>([[{}, act]]) }, 'm.get(…)'],
      [{ m: new Map<unknown, unknown>([[{ act }, 1]]) }, 'm.keys().act'],
      [{ s: new Set([1, [act]]) }, 's.values()[1][0]'],
      [{ e: new Error('x', { cause: [act] }) }, 'e.cause[0]'],
    ]
    for (const [root, path] of paths) assert.equal(pathOfFault(root), path)
  })

  test('is that of the first, in the order of the session', () => {
    assert.equal(pathOfFault({ fine: 1, first: act, second: act }), 'first')
    assert.equal(pathOfFault({ a: { deep: [{ act }] }, b: act }), 'a.deep[0].act')
  })

  test('is one that leads there, where there are several', () => {
    const shared = { act }
    assert.equal(pathOfFault({ one: shared, other: shared }), 'one.act')
  })
})

describe('looking for what cannot be stored', () => {
  test('ends with objects that are inside themselves', () => {
    const loop: Record<string, unknown> = { map: new Map(), set: new Set(), list: [] }
    Object.assign(loop, { loop })
    ;(loop.map as Map<unknown, unknown>).set(loop, loop)
    ;(loop.set as Set<unknown>).add(loop.set)
    ;(loop.list as unknown[]).push(loop.list)
    assert.equal(pathOfFault(loop), undefined)
    Object.assign(loop, { last: act })
    assert.equal(pathOfFault(loop), 'last')
  })

  test('looks at an object once, however many lead there', () => {
    let layer: unknown = 'bottom'
    for (let n = 0; n < 200; n++) layer = [layer, layer]
    assert.equal(pathOfFault({ layer }), undefined)
  })

  test('ends where nesting is too deep, with an error and not with a full stack', () => {
    for (const wrap of [(inner: unknown) => [inner], (a: unknown) => ({ a }), (a: unknown) => new Map([['a', a]])]) {
      let deep: unknown = 1
      for (let n = 0; n < 100_000; n++) deep = wrap(deep)
      assert.match(pathOfFault({ deep })!, /it is nested more than 500 levels deep$/)
    }
  })

  test('counts the levels of a shared object wherever it occurs', () => {
    const nested = (levels: number, innermost: unknown) => {
      let value = innermost
      for (let n = 0; n < levels; n++) value = [value]
      return value
    }
    const shared = nested(300, 1)
    assert.equal(pathOfFault({ shared, deep: nested(199, shared) }), undefined)
    assert.match(pathOfFault({ shared, deep: nested(200, shared) })!, /it is nested more than 500 levels deep$/)
    const loop: Record<string, unknown> = {}
    loop.again = nested(300, loop)
    assert.equal(pathOfFault({ loop, deep: nested(197, loop) }), undefined)
    assert.match(pathOfFault({ loop, deep: nested(198, loop) })!, /it is nested more than 500 levels deep$/)
  })

  test('changes nothing, and calls nothing but what reads', () => {
    const root = Object.freeze({ list: Object.freeze([1]), map: new Map([[1, Object.freeze({ a: 1 })]]) })
    assert.equal(pathOfFault(root), undefined)
    assert.match(pathOfFault(root, jsonRules)!, /^map: JSON cannot store instances of Map/)
  })

  test('does not forget a shared object between two looks', () => {
    const shared: Record<string, unknown> = { n: 1 }
    assert.equal(pathOfFault({ shared }), undefined)
    shared.act = act
    assert.equal(pathOfFault({ shared }), 'shared.act')
  })
})
