/*
 * Lists travel as one text parameter each, cast on the server: drivers disagree on how to send an array of bytes, and
 * all of them can send text.
 */

/** A list of bytes, for `::text::bytea[]`. */
export const byteas = (list: readonly Buffer[]) => `{${list.map((one) => `"\\\\x${one.toString('hex')}"`).join(',')}}`

/** A list of numbers, for `::text::bigint[]` and the like. */
export const numbers = (list: readonly number[]) => `{${list.join(',')}}`

/** A list of texts or nothing, for `::text::text[]`. */
export const texts = (list: readonly (string | null)[]) =>
  `{${list.map((one) => (one === null ? 'NULL' : `"${one.replaceAll(/["\\]/g, '\\$&')}"`)).join(',')}}`
