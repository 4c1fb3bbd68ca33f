import type { FastifyBaseLogger, FastifyRequest } from 'fastify'

/** The host drops a changed session without a word when its cookie is secure and the connection is not https. */
export function insecureWarning(log: FastifyBaseLogger): (request: FastifyRequest) => void {
  let isTold = false
  return ({ session }) => {
    if (isTold || !session.isModified()) return
    isTold = true
    log.warn(
      { plugin: 'stored-session' },
      'a changed session was not stored and no cookie was sent, because cookie.secure is on and the connection is not https. ' +
        "Behind a proxy that terminates TLS, set Fastify's trustProxy; for plain http in development, set cookie: { secure: 'auto' }. " +
        'This is logged once.',
    )
  }
}

/** Whether the host is going to drop this session. */
export function isDropped({ session, protocol }: FastifyRequest): boolean {
  return session.cookie.secure === true && protocol !== 'https'
}
