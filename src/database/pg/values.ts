const BYTEA = 17
const BOOLEAN = 16
/** bigint, smallint, integer, text, varchar, numeric */
const TEXTUAL = [20, 21, 23, 25, 1_043, 1_700]
const HEX = '\\x'

/**
 * The bytes of a `bytea` as the server writes it with `bytea_output` on `hex` or on `escape`. In the second form every
 * backslash is doubled, so no content there begins with `\x`.
 */
export function bytesOfText(text: string): Buffer {
  if (text.startsWith(HEX)) return Buffer.from(text.slice(HEX.length), 'hex')
  const bytes = text.replaceAll(/\\(?:([0-7]{3})|\\)/g, (_, octal?: string) =>
    octal === undefined ? '\\' : String.fromCharCode(Number.parseInt(octal, 8)),
  )
  return Buffer.from(bytes, 'latin1')
}

const textOfBytes = (bytes: Uint8Array) => HEX + Buffer.from(bytes).toString('hex')

/** The option `types` of postgres.js for connections that are opened here. */
export const ownTypes = {
  bytea: {
    to: BYTEA,
    from: [BYTEA],
    serialize: textOfBytes,
    parse: bytesOfText,
  },
}

/** The property `types` of a query of `pg`: without it the parsers apply that the application may have set for all. */
export const plainTypes = {
  getTypeParser: (type: number) => {
    if (type === BYTEA) return bytesOfText
    return type === BOOLEAN ? (text: string) => text === 't' : (text: string) => text
  },
}

const forTextual = <Conversion>(conversion: Conversion) => Object.fromEntries(TEXTUAL.map((type) => [type, conversion]))

/** Options of a query of PGlite, which come before those of the database. */
export const ownConversions = {
  parsers: { ...forTextual((text: string) => text), [BYTEA]: bytesOfText, [BOOLEAN]: (text: string) => text === 't' },
  serializers: { ...forTextual(String), [BYTEA]: textOfBytes, [BOOLEAN]: String },
}
