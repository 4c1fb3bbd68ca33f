import assert from 'node:assert/strict'
import { test } from 'node:test'
import { databases } from '../../harness/databases.ts'
import { contentOf, loaded, newSession, save } from '../../support/sessions.ts'
import { newId, storesOn } from '../../support/stores.ts'

// What a live session takes over after a merge is the same on every database.
const stores = storesOn(databases[0]!)

const oddValues: Record<string, () => unknown> = {
  'an object without a prototype': () => Object.assign(Object.create(null), { n: 1 }),
  'minus zero': () => -0,
  'a regular expression in the middle of a text': () => Object.assign(/x/g, { lastIndex: 3 }),
}

for (const [name, make] of Object.entries(oddValues)) {
  test(`${name}, which is read back as its like, does not hold a save back from taking over what others changed`, async () => {
    const { store } = stores
    const id = newId()
    await save(store, id, newSession({ odd: make() }))
    const [ours, theirs] = [await loaded(store, id), await loaded(store, id)]
    theirs.odd = 'theirs'
    await save(store, id, theirs)
    ours.odd = make()
    ours.n = 1
    await save(store, id, ours)
    ours.n = 2
    await save(store, id, ours)
    assert.deepEqual(contentOf(await loaded(store, id)), { odd: 'theirs', n: 2 })
  })
}
