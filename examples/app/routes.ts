import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { STYLE } from '../../src/pages/style.ts'
import type { Demo } from './demo-data.ts'
import { type DemoData, faultPage, LONGEST_NAME, signedInPage, signInPage } from './page.ts'

declare module 'fastify' {
  interface Session {
    signedInAs?: string
    signedInAt?: Date
    languages?: Set<string>
    count?: number
    countPerDay?: Map<string, number>
  }
}

const HEADERS = {
  'content-security-policy':
    "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  // The pages show what a session holds, so no cache may keep them.
  'cache-control': 'no-store',
}

/** The pages for visitors. @param demo - what the database was filled with */
export async function routes(app: FastifyInstance, { demo }: { demo: Demo }): Promise<void> {
  acceptFormsOnly(app)
  app.addHook('onRequest', async (_request, reply) => void reply.headers(HEADERS).type('text/html; charset=utf-8'))
  app.setErrorHandler(showFault)
  app.setNotFoundHandler(async (_request, reply) =>
    reply.code(404).send(faultPage('Not found', 'There is no such page.')),
  )

  app.get('/', (request) => showSession(request, demo.data))
  app.get('/style.css', async (_request, reply) => reply.type('text/css; charset=utf-8').send(STYLE))
  // Browsers ask for it on every page.
  app.get('/favicon.ico', async (_request, reply) => reply.code(204).send())
  app.post('/sign-in', signIn)
  app.post('/count', count)
  app.post('/sign-out', signOut)
}

function acceptFormsOnly(app: FastifyInstance): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_request, body, done) => {
    done(null, new URLSearchParams(body.toString()))
  })
}

async function showSession(
  { session, sessionEndReason, isDeviceBound }: FastifyRequest,
  data: DemoData | undefined,
): Promise<string> {
  const { signedInAs, signedInAt, count = 0 } = session
  if (signedInAs === undefined || signedInAt === undefined) return signInPage({ ended: sessionEndReason }, data)
  const values = Object.entries(session).filter(([name]) => name !== 'cookie')
  return signedInPage({ name: signedInAs, signedInAt, isDeviceBound, count, values }, data)
}

async function signIn(request: FastifyRequest, reply: FastifyReply) {
  const name = fieldOf(request, 'name').trim()
  if (name === '') return reply.code(400).send(signInPage({ fault: 'Please enter a name.' }))
  // A new id, because an attacker may know the old one or have planted it.
  await request.session.regenerate()
  const { session } = request
  session.signedInAs = name.slice(0, LONGEST_NAME)
  session.signedInAt = new Date()
  session.languages = languagesOf(request)
  session.count = 0
  session.countPerDay = new Map()
  return reply.redirect('/', 303)
}

async function count({ session }: FastifyRequest, reply: FastifyReply) {
  if (session.signedInAs !== undefined) {
    const day = new Date().toISOString().slice(0, 'yyyy-mm-dd'.length)
    session.count = (session.count ?? 0) + 1
    // A change inside of a Map is saved too.
    session.countPerDay?.set(day, (session.countPerDay.get(day) ?? 0) + 1)
  }
  return reply.redirect('/', 303)
}

async function signOut(request: FastifyRequest, reply: FastifyReply) {
  // An ended session stays as a row for a while, so a visitor without a session must not create one by signing out.
  if (request.session.signedInAs !== undefined) await request.session.destroy()
  return reply.redirect('/', 303)
}

function fieldOf({ body }: FastifyRequest, name: string): string {
  return (body instanceof URLSearchParams && body.get(name)) || ''
}

/** The first languages that the browser asks for, without their weights. */
function languagesOf({ headers }: FastifyRequest): Set<string> {
  const languages = headers['accept-language']?.match(/[a-z]{2,8}(-[a-z0-9]{2,8})*/gi)
  return new Set(languages?.slice(0, 5))
}

function showFault(error: FastifyError, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const { statusCode = 500, message } = error
  if (statusCode >= 500) request.log.error({ err: error }, 'a request failed')
  // The messages of refused requests and of an unavailable database are meant for clients; others are only for the log.
  const isForClients = statusCode < 500 || statusCode === 503
  const text = isForClients ? message : 'Something went wrong. Please try again.'
  return reply.code(statusCode).send(faultPage('That did not work', text))
}
