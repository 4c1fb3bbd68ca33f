/** A text as a literal of SQL, for databases in which a backslash means itself. */
export const literal = (text: string) => `'${text.replaceAll("'", "''")}'`

/** A text as a literal whatever a backslash means there. */
export const hexLiteral = (text: string) => `0x${Buffer.from(text).toString('hex')}`

export const doubleQuoted = (name: string) => `"${name.replaceAll('"', '""')}"`

export const backQuoted = (name: string) => `\`${name.replaceAll('`', '``')}\``
