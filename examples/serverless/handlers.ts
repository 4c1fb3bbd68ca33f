import awsLambdaFastify from '@fastify/aws-lambda'
import { serverlessApp } from './application.ts'

// Once for each process, which then answers one request after the other.
const app = await serverlessApp({
  database: process.env.DATABASE_URL!,
  secret: process.env.SESSION_SECRET!,
})
const answer = awsLambdaFastify(app)
await app.ready()

/** What API Gateway calls, and function URLs. */
export async function handler(event: unknown, context: Parameters<typeof answer>[1]) {
  const response = await answer(event, context)
  // That a session was used is written a moment later, when this process may stand still.
  await app.storedSession.flush()
  return response
}

/** What a schedule calls, every quarter of an hour. A backlog that it does not manage in time is for the next call. */
export async function trim() {
  const { trimmed, stopped } = await app.storedSession.trim({ maxDuration: '20s' })
  return { trimmed, stopped }
}
