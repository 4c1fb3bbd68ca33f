import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import type { RowReseal, SessionRow } from '../../src/database/contract/session-database.ts'
import { areStored } from '../../src/database/mysql/shared-changes.ts'

const change = (version: number): RowReseal => ({ sid: randomBytes(32), data: randomBytes(50), version, keyId: 7 })

function rowOf({ sid, data, version }: RowReseal, more: Partial<SessionRow> = {}): SessionRow {
  const times = { createdAt: 1, touchedAt: 1, expiresAt: 2 }
  return { sid, data, version: version + 1, ...times, endedAt: null, endReason: null, ...more }
}

const other = () => randomBytes(50)

test('a change was stored when its row has its payload, whatever the other rows have', () => {
  const changes = [change(1), change(2), change(3), change(4), change(5)]
  const [first, second, third, fourth] = changes as [RowReseal, RowReseal, RowReseal, RowReseal]
  const rows = [
    rowOf(fourth, { version: 9, endedAt: 5, endReason: 'revoked', data: Buffer.alloc(0) }),
    rowOf(third, { data: other(), version: third.version }),
    rowOf(second, { data: other() }),
    rowOf(first),
  ]
  assert.deepEqual(areStored(changes, rows), [true, false, false, false, false])
})

test('it is not known whether a change was stored when its row has changed once more than it would', () => {
  const [lost, found] = [change(1), change(1)]
  assert.deepEqual(areStored([lost, found], [rowOf(lost, { data: other(), version: 3 }), rowOf(found)]), [
    undefined,
    true,
  ])
})
