/** The options of the application, as `register(storedSession, options)` accepts them, unchecked. */
export interface Settings {
  /** Their source, for messages: the path of the configuration, or `the environment`. */
  readonly source: string
  readonly options: Readonly<Record<string, unknown>>
  /** Fastify's option of this name, where the configuration exports it for both. */
  readonly trustProxy?: unknown
}
