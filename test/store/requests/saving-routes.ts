import { Readable } from 'node:stream'
import type { FastifyInstance } from 'fastify'
import { sessionOf } from '../../support/app.ts'

/**
 * Adds routes that save at every point of a request.
 *
 * @param tell - is told the id of a session that begins
 * @param storedVersion - asks for the version of the row as it is now
 */
export function addSavingRoutes(
  app: FastifyInstance,
  tell: (id: string) => void,
  storedVersion: () => Promise<number>,
): void {
  app.get('/see', async ({ session }) => {
    const { cookie, ...content } = Object.fromEntries(Object.entries(session))
    return content
  })
  app.post('/save-midway', async (request) => {
    sessionOf(request).early = 1
    await request.session.save()
    const stored = await storedVersion()
    sessionOf(request).late = 1
    return { stored }
  })
  app.post('/save-unawaited', async (request) => {
    sessionOf(request).early = 1
    request.session.save(() => {})
    sessionOf(request).late = 1
    return {}
  })
  app.post('/save-at-once', async (request) => {
    sessionOf(request).early = 1
    const saved = await Promise.all([request.session.save(), request.session.save()])
    return { saved: saved.length }
  })
  app.post('/save-at-once-with-changes', async (request) => {
    sessionOf(request).early = 1
    const first = request.session.save()
    sessionOf(request).late = 1
    const saved = await Promise.all([first, request.session.save()])
    return { saved: saved.length }
  })
  app.post('/hijack', async (request, reply) => {
    sessionOf(request).hijacked = 1
    await request.session.save()
    reply.hijack()
    reply.raw.end('by hand')
  })
  app.post('/stream', async (request, reply) => {
    sessionOf(request).streamed = 1
    async function* body() {
      yield `version ${await storedVersion()}`
    }
    return reply.send(Readable.from(body()))
  })
  app.post('/throw', async (request) => {
    sessionOf(request).before = 1
    throw new Error('the handler failed')
  })
  app.post('/save-and-survive', async (request) => {
    sessionOf(request).tried = true
    const failed = await request.session.save().then(
      () => false,
      () => true,
    )
    return { failed }
  })
  app.post('/save-caught', async (request) => {
    sessionOf(request).tried = true
    request.session.save().catch(() => {})
    return {}
  })
  app.post('/begin', async (request) => {
    sessionOf(request).begun = true
    tell(request.session.sessionId)
    return { id: request.session.sessionId }
  })
  app.register(async (scope) => {
    scope.setErrorHandler((_error, request, reply) => {
      sessionOf(request).flash = 'That did not work'
      return reply.redirect('/see')
    })
    scope.post('/refuse', async () => {
      throw new Error('refused')
    })
  })
  app.setNotFoundHandler(async (request, reply) => {
    sessionOf(request).missed = request.url
    return reply.code(404).send({})
  })
}
