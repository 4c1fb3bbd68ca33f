import { setTimeout as sleep } from 'node:timers/promises'
import { type TimeLimits, within } from '../../time/time-limits.ts'
import type { PgClient } from './client.ts'
import { isUnsent } from './postgres-js.ts'
import type { RenewingClient } from './renewing-client.ts'

/** A host that took no statement is left alone for so long. Milliseconds. */
const PAUSE_MS = 100

const READ_ONLY = '25006'
// It starts, stops, or recovers; or the server behind a pooler does.
const NOT_THERE = new Set(['57P01', '57P02', '57P03', '08P01', '08006', '08003'])

interface Host {
  readonly client: RenewingClient
  /** When it may be asked again. */
  after: number
}

/**
 * Speaks to one of several servers, of which one is the primary, and fails over to the next one when it took no statement,
 * or nothing but reads any more. The clients refuse to speak to a standby by themselves.
 *
 * A statement is sent again where it certainly had no effect, or only reads; otherwise nobody knows, and it fails. Each is
 * tried once with every host.
 *
 * @param open - opens the client of a host, which calls back when the host answers nothing any more
 */
export function hostsClient(
  open: readonly ((onStuck: () => void) => RenewingClient)[],
  timeLimits: TimeLimits,
): PgClient {
  const hosts = open.map((openHost) => {
    const host: Host = { client: openHost(() => leave(host)), after: 0 }
    return host
  })
  let current = 0

  function leave(left: Host): void {
    if (hosts[current] === left) current = (current + 1) % hosts.length
  }

  /** Goes on with another host, when this one does not take statements. */
  function note(failed: Host, error: unknown): void {
    const isReadOnly = codeOf(error) === READ_ONLY
    // One that was just lost, and not refused, is most often back at once.
    if (!isReadOnly && !(isUnsent(error) && isOfHost(error))) return
    failed.after = performance.now() + PAUSE_MS
    leave(failed)
    if (isReadOnly) failed.client.renew()
  }

  async function onOne<Result>(
    ms: number,
    mayRepeat: (error: unknown) => boolean,
    work: (client: PgClient) => Promise<Result>,
  ): Promise<Result> {
    const deadline = performance.now() + ms
    // One more than there are, because a connection that was lost says nothing about its host.
    for (let left = hosts.length; ; left--) {
      const chosen = hosts[current]!
      const pause = chosen.after - performance.now()
      if (pause > 0) await sleep(pause)
      try {
        return await work(chosen.client)
      } catch (error) {
        note(chosen, error)
        if (left === 0 || performance.now() > deadline || !mayRepeat(error)) throw error
      }
    }
  }

  return {
    query: (text, values, isBulk) => {
      const isRead = /^\s*select\b/i.test(text)
      const mayRepeat = (error: unknown) => hadNoEffect(error) || (isRead && isOfHost(error))
      const ms = isBulk ? timeLimits.bulk : timeLimits.request
      return within(
        ms,
        onOne(ms, mayRepeat, (client) => client.query(text, values, isBulk)),
      )
    },
    transaction: (work) => {
      let hasBegun = false
      return onOne(
        timeLimits.request,
        () => !hasBegun,
        (client) =>
          client.transaction((query) => {
            hasBegun = true
            return work(query)
          }),
      )
    },
    close: async () => void (await Promise.all(hosts.map(({ client }) => client.close()))),
  }
}

const codeOf = (error: unknown) => (error as { code?: unknown }).code

/** Whether it is the server that failed, or the way to it, and not the statement. What a server says has a severity. */
function isOfHost(error: unknown): boolean {
  const code = codeOf(error)
  if (typeof code !== 'string') return false
  return !(error as { severity?: unknown }).severity || NOT_THERE.has(code)
}

function hadNoEffect(error: unknown): boolean {
  return codeOf(error) === READ_ONLY || (isUnsent(error) && isOfHost(error))
}
