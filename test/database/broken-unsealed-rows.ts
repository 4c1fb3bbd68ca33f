import type { UnsealedRows } from '../../src/database/contract/session-row.ts'

/** Replaces methods of a sound list of unsealed rows by faulty ones. */
export type UnsealedRowsFault = (sound: UnsealedRows) => Partial<UnsealedRows>

/** Lists of unsealed rows with one fault each, and the beginning of the promise that it breaks. */
export const BROKEN_UNSEALED_ROWS: Record<string, [promise: string, fault: UnsealedRowsFault]> = {
  'lists a row twice': [
    'rows that no key sealed are listed',
    ({ list }) => ({ list: async (...all) => (await list(...all)).flatMap((row, n) => (n ? row : [row, row])) }),
  ],
  'lists one page alone': [
    'rows that no key sealed are listed',
    ({ list }) => ({ list: async (behind, limit) => (behind ? [] : list(behind, limit)) }),
  ],
  'leaves a row as it is': ['a row that no key sealed goes on', () => ({ seal: async () => true })],
  'keeps the key of before': [
    'a row that no key sealed goes on',
    ({ seal }) => ({ seal: (row, sealing) => seal(row, { ...sealing, sid: row.sid }) }),
  ],
  'gives every row a new key': [
    'a row that no key sealed may be sealed under the key',
    ({ seal }) => ({ seal: (row, sealing) => seal(row, { ...sealing, sid: Buffer.alloc(32, sealing.sid[0]! + 1) }) }),
  ],
  'fails where a key is taken': [
    'a row whose new key is taken',
    ({ seal }) => ({
      async seal(row, sealing) {
        if (await seal(row, sealing)) return true
        throw new Error('the key is taken')
      },
    }),
  ],
}
