import type { StorageFault } from './broken-storages.ts'

const without = <Row extends object>(row: Row) => ({ ...row, binding: null })

/** Storages that keep bindings wrongly, and the promise that each breaks. */
export const BROKEN_BINDINGS: Record<string, [promise: string, fault: StorageFault]> = {
  'keeps text in place of a binding': [
    'a binding comes back',
    ({ insert }) => ({
      insert: (one) => insert({ ...one, binding: one.binding && Buffer.from(one.binding.toString()) }),
    }),
  ],
  'loses the binding in a change': [
    'a change sets the binding',
    ({ update }) => ({ update: (one) => update(without(one)) }),
  ],
  'loses the binding when it seals again': [
    'what is sealed again sets the binding',
    ({ reseal }) => ({ reseal: (one) => reseal(without(one)) }),
  ],
  'replaces a row without its binding': [
    'a replacement sets the binding',
    ({ replace }) => ({ replace: (one) => replace(without(one)) }),
  ],
  'ends a row without the binding that it passes on': [
    'a row that ends loses its binding',
    ({ end }) => ({ end: (sid, marks) => end(sid, without(marks)) }),
  ],
  'lists bound sessions as unbound': [
    'lists and tallies tell',
    ({ listing }) => ({
      listing: {
        ...listing!,
        list: async (...args) => (await listing!.list(...args)).map((row) => ({ ...row, isBound: false })),
      },
    }),
  ],
}
