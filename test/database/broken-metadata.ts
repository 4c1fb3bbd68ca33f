import type { StorageFault } from './broken-storages.ts'

const without = <Row extends object>(row: Row) => ({ ...row, metadata: null })

/** Storages that keep metadata wrongly, and the promise that each breaks. */
export const BROKEN_METADATA: Record<string, [promise: string, fault: StorageFault]> = {
  'keeps text in place of metadata': [
    'metadata comes back',
    ({ insert }) => ({
      insert: (one) => insert({ ...one, metadata: one.metadata && Buffer.from(one.metadata.toString()) }),
    }),
  ],
  'loses metadata in a change': ['a change sets it', ({ update }) => ({ update: (one) => update(without(one)) })],
  'gives the metadata of one change to all': [
    'changes that share a statement set',
    ({ update }) => ({
      updateMany: (changes) => Promise.all(changes.map((one) => update({ ...one, metadata: changes[0]!.metadata }))),
    }),
  ],
  'loses metadata in touches': ['touches set it', ({ touch }) => ({ touch: (all) => touch(all.map(without)) })],
  'loses metadata when it seals again': [
    'what is sealed again sets it',
    ({ reseal }) => ({ reseal: (one) => reseal(without(one)) }),
  ],
  'replaces a row without its metadata': [
    'a row that ends loses it',
    ({ replace }) => ({ replace: (one) => replace(without(one)) }),
  ],
}
