const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Writes fields one after another: texts with their length before them, numbers in 8 bytes. */
export class FieldWriter {
  readonly #parts: Buffer[] = []

  /** A number from 0 to 65535, in 1 byte up to 127 and in 3 bytes above. */
  count(value: number): void {
    this.#parts.push(value < 0x80 ? Buffer.of(value) : Buffer.of(0x80, value >> 8, value & 0xff))
  }

  text(text: string): void {
    const bytes = Buffer.from(text)
    this.count(bytes.length)
    this.#parts.push(bytes)
  }

  number(value: number): void {
    const bytes = Buffer.alloc(8)
    bytes.writeDoubleBE(value)
    this.#parts.push(bytes)
  }

  /** The last text, without its length. */
  rest(text: string): void {
    this.#parts.push(Buffer.from(text))
  }

  bytes(): Buffer {
    return Buffer.concat(this.#parts)
  }
}

/** Reads what {@link FieldWriter} wrote. Each method throws an Error when the bytes end too early or are not UTF-8. */
export class FieldReader {
  readonly #bytes: Buffer
  #position = 0

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  count(): number {
    const first = this.#take(1)[0]!
    if (first < 0x80) return first
    if (first !== 0x80) throw new Error('The packed metadata has a malformed length')
    return this.#take(2).readUInt16BE()
  }

  text(): string {
    return utf8.decode(this.#take(this.count()))
  }

  number(): number {
    return this.#take(8).readDoubleBE()
  }

  rest(): string {
    return utf8.decode(this.#take(this.#bytes.length - this.#position))
  }

  /** Throws when bytes are left. */
  end(): void {
    if (this.#position !== this.#bytes.length) throw new Error('The packed metadata is longer than its fields')
  }

  #take(length: number): Buffer {
    const end = this.#position + length
    if (end > this.#bytes.length) throw new Error('The packed metadata ends too early')
    const bytes = this.#bytes.subarray(this.#position, end)
    this.#position = end
    return bytes
  }
}
