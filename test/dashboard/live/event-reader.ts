import { DASHBOARD } from '../dashboard-app.ts'

/** One browser that watches the events, as far as the protocol goes. */
export class EventReader {
  readonly #response: Response
  readonly #stop: AbortController
  /** Everything that came, as text. */
  text = ''
  /** Whether the server ended the stream. */
  isEnded = false

  private constructor(response: Response, stop: AbortController) {
    this.#response = response
    this.#stop = stop
    void this.#read().catch(() => {})
  }

  static async open(address: string, headers: Record<string, string> = {}): Promise<EventReader> {
    const stop = new AbortController()
    const response = await fetch(`${address}${DASHBOARD}/live/events`, {
      headers: { accept: 'text/event-stream', 'x-operator': 'grace', ...headers },
      signal: stop.signal,
    })
    return new EventReader(response, stop)
  }

  get status(): number {
    return this.#response.status
  }

  get headers(): Headers {
    return this.#response.headers
  }

  /** The items of all messages, as HTML. */
  get items(): string[] {
    const data = this.text.split('\n').filter((line) => line.startsWith('data: "'))
    return data.flatMap((line) => (JSON.parse(line.slice('data: '.length)) as string).match(/<li.*?<\/li>/gs) ?? [])
  }

  close(): void {
    this.#stop.abort()
  }

  async #read(): Promise<void> {
    for await (const part of this.#response.body!.pipeThrough(new TextDecoderStream())) this.text += part
    this.isEnded = true
  }
}
