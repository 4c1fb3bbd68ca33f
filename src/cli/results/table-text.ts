/** A moment to the second: `2026-11-25T18:02:11Z`. */
export const shortTime = (date: Date) => date.toISOString().replace(/\.\d+Z$/, 'Z')

/** Text from the database as a terminal may show it: what would move its cursor or change its colours is written out. */
export function printable(text: string): string {
  return text.replaceAll(/\p{C}/gu, (character) => `\\u{${character.codePointAt(0)!.toString(16)}}`)
}

/** Rows of cells, one under another. @param widths - of the columns at least; undefined for those of the cells */
export function inColumns(rows: readonly (readonly string[])[], widths: readonly number[] = []): string {
  const columns = rows[0]?.length ?? 0
  const wide = Array.from({ length: columns }, (_, column) =>
    Math.max(widths[column] ?? 0, ...rows.map((row) => row[column]!.length)),
  )
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(wide[column]!))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}
