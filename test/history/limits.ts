/** The limits of all sessions of a history, in milliseconds of its own clock. */
export const limits = { idleTimeout: 60_000, absoluteTimeout: 120_000, touchInterval: 5_000 }
