import type { Writable } from 'node:stream'
import { styleText } from 'node:util'

/** A stream of the process, which may be a terminal. */
export type OutputStream = Writable & { isTTY?: boolean; columns?: number; hasColors?(): boolean }

/** A colour or emphasis of node:util. */
export type Style = Parameters<typeof styleText>[0]

const TO_LINE_START_AND_CLEAR = '\r\u001b[K'

/** The output of a command: data to stdout, and messages to stderr, where the last line may be a status line. */
export class Output {
  /** Whether data is printed as JSON. */
  readonly isJson: boolean
  readonly #stdout: OutputStream
  readonly #stderr: OutputStream
  #status = ''

  constructor(isJson: boolean, stdout: OutputStream, stderr: OutputStream) {
    this.isJson = isJson
    this.#stdout = stdout
    this.#stderr = stderr
  }

  /** Prints data: as one line of JSON with `--json`, else as the text, unless it is empty. */
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

  /** Shows a status line on the terminal, which the next one replaces; an empty text removes it. */
  status(text: string): void {
    if (!this.hasTerminal || (text === '' && this.#status === '')) return
    // A terminal of unknown size reports 0.
    this.#status = text.slice(0, (this.#stderr.columns || 80) - 1)
    this.#stderr.write(TO_LINE_START_AND_CLEAR + this.#status)
  }

  /** Colours a part of the output to stdout, where it is a terminal that shows colours and `NO_COLOR` is not set. */
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
  // hasColors() respects NO_COLOR, FORCE_COLOR and TERM. Without the option, styleText checks stdout for messages too.
  return stream.isTTY && stream.hasColors?.() ? styleText(style, text, { validateStream: false }) : text
}

/** A time to the second: `2026-11-25T18:02:11Z`. */
export const shortTime = (date: Date) => date.toISOString().replace(/\.\d+Z$/, 'Z')

/** Escapes text from the database for a terminal: control characters would move its cursor or change its colours. */
export function printable(text: string): string {
  return text.replaceAll(/\p{C}/gu, (character) => `\\u{${character.codePointAt(0)!.toString(16)}}`)
}

/** Rows of cells in columns. @param widths - minimum widths of the columns; undefined for the widths of the cells */
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
