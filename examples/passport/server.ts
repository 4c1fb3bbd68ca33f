import { passportApp } from './application.ts'
import { checkPassword } from './users.ts'

const { DATABASE_URL = 'sqlite:sessions.db', PORT = '3000', SESSION_SECRET } = process.env
if (!SESSION_SECRET) throw new Error('SESSION_SECRET is missing. Print a new one: npx stored-session secret')

const app = await passportApp({ database: DATABASE_URL, secret: SESSION_SECRET }, checkPassword, {
  logger: { level: 'warn' },
})

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => app.close())

console.log(`Listening on ${await app.listen({ host: '127.0.0.1', port: Number(PORT) })}`)
