/** The dependencies of the doctor in addition to the settings. */
export interface Surroundings {
  /** The application's clock, epoch milliseconds. */
  readonly now: () => number
  /** The folder of the application. */
  readonly folder: string
  /** Whether the application runs in production: `NODE_ENV=production`. */
  readonly isProduction: boolean
}

/** The surroundings of this process. */
export const ownSurroundings = (): Surroundings => ({
  now: Date.now,
  folder: process.cwd(),
  isProduction: process.env.NODE_ENV === 'production',
})
