import type { Writable } from 'node:stream'
import { styleText } from 'node:util'

/** A stream of the process, which may be a terminal. */
export type OutputStream = Writable & { isTTY?: boolean; columns?: number; hasColors?(): boolean }

/** A colour or emphasis of node:util. */
export type Style = Parameters<typeof styleText>[0]

const TO_LINE_START_AND_CLEAR = '\r\u001b[K'

/** What a command prints: data to stdout, and messages to stderr, where a line that is renewed may stand last. */
export class Output {
  /** Whether data is to be printed as JSON. */
  readonly isJson: boolean
  readonly #stdout: OutputStream
  readonly #stderr: OutputStream
  #status = ''

  constructor(isJson: boolean, stdout: OutputStream, stderr: OutputStream) {
    this.isJson = isJson
    this.#stdout = stdout
    this.#stderr = stderr
  }

  /** Prints data: with `--json` as one line of JSON, else as the text, unless that is empty. */
  print(data: unknown, text: string): void {
    const line = this.isJson ? JSON.stringify(data) : text
    if (line) this.#withoutStatus(() => this.#stdout.write(`${line}\n`))
  }

  /** Prints a message to stderr. */
  message(text: string): void {
    this.#withoutStatus(() => this.#stderr.write(`${text}\n`))
  }

  /** Whether stderr is a terminal, where {@link status} shows. */
  get hasTerminal(): boolean {
    return this.#stderr.isTTY === true
  }

  /** Shows a line on the terminal that the next one replaces; an empty one takes it away. */
  status(text: string): void {
    if (!this.hasTerminal || (text === '' && this.#status === '')) return
    // A terminal that was told no size says 0.
    this.#status = text.slice(0, (this.#stderr.columns || 80) - 1)
    this.#stderr.write(TO_LINE_START_AND_CLEAR + this.#status)
  }

  /** Colours a part of what is printed to stdout, where it is a terminal that shows colours and `NO_COLOR` is not set. */
  paint(style: Style, text: string): string {
    return painted(this.#stdout, style, text)
  }

  /** The same for messages. */
  paintMessage(style: Style, text: string): string {
    return painted(this.#stderr, style, text)
  }

  #withoutStatus(write: () => void): void {
    const status = this.#status
    if (status) this.status('')
    write()
    if (status) this.status(status)
  }
}

function painted(stream: OutputStream, style: Style, text: string): string {
  // hasColors() knows NO_COLOR, FORCE_COLOR and TERM. Without the option, styleText would ask stdout for messages too.
  return stream.isTTY && stream.hasColors?.() ? styleText(style, text, { validateStream: false }) : text
}

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
