/** A setting of the environment. */
export function setting(name: string, advice: string): string {
  const value = process.env[name]
  if (!value) throw new Error(`${name} is missing. ${advice}`)
  return value
}

/** The options of the sessions. */
export const sessionOptions = () => ({
  database: process.env.DATABASE_URL || 'sqlite:sessions.db',
  secret: setting('SESSION_SECRET', 'Print a new one: npx stored-session secret'),
})

export const server = { logger: { level: 'warn' } }
export const port = Number(process.env.PORT || 3000)
