import { createRequire } from 'node:module'
import type { FastifyInstance } from 'fastify'
import coerce from 'semver/functions/coerce.js'
import lt from 'semver/functions/lt.js'
import { InvalidOptionsError } from '../errors.ts'

/** Versions before this one do not end the old session in `regenerate()`. */
const LEAST_HOST = '11.1.3'

/**
 * Refuses another session plugin, and versions of @fastify/session that keep old sessions alive.
 *
 * @throws `FST_STORED_SESSION_INVALID_OPTIONS`
 */
export function refuseHost(fastify: FastifyInstance): void {
  if (fastify.hasRequestDecorator('session')) {
    throw new InvalidOptionsError(
      'another session plugin is already registered; remove it, because stored-session registers @fastify/session itself',
    )
  }
  const version = hostVersion()
  const release = coerce(version)
  if (release && lt(release, LEAST_HOST))
    throw new InvalidOptionsError(
      `@fastify/session ${version} leaves old sessions alive in regenerate(); install ${LEAST_HOST} or newer`,
    )
}

// A bundle contains the host in the version that was installed at the build, and may have no package next to it.
function hostVersion(): string | undefined {
  try {
    const { version } = createRequire(import.meta.url)('@fastify/session/package.json') as { version: string }
    return version
  } catch {
    return undefined
  }
}
