const loop: Record<string, unknown> = { name: 'loop' }
loop.self = loop

/** Sessions whose bytes the golden vectors hold, by the name that stands there. */
export const goldenContents: Record<string, Record<string, unknown>> = {
  empty: { cookie: {} },
  plain: {
    cookie: { originalMaxAge: 3_600_000 },
    userId: 'ada',
    count: 3,
    ratio: 0.1,
    flags: [true, false, null],
    text: 'ünïcödé 🎉',
    nested: { list: [{ deep: 1 }, { deep: 2 }], 'a key': '', 7: 'seven' },
  },
  rich: {
    cookie: { expires: 1_893_456_000_000 },
    map: new Map<unknown, unknown>([
      ['text', 1],
      [2, new Set(['inner'])],
      [{ key: 'object' }, null],
    ]),
    set: new Set([1, 'one', 1n]),
    dates: [new Date(0), new Date(1_763_636_955_123), new Date(-1)],
    big: [1n, -(2n ** 63n), 2n ** 64n - 1n, 10n ** 40n],
    numbers: [Number.NaN, Number.NEGATIVE_INFINITY, 2 ** 53 - 1, -1],
    expression: /^a+\/b$/giu,
    errors: [new TypeError('wrong type', { cause: { code: 7 } })],
    bytes: [Buffer.from('bytes'), new Uint8Array([1, 2, 3]), new Float64Array([0.5]), new BigInt64Array([-1n])],
    undefined: undefined,
    loop,
  },
}
