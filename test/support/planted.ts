import assert from 'node:assert/strict'
import type { FastifyInstance, LightMyRequestResponse } from 'fastify'
import type { TestDatabase } from '../harness/databases.ts'
import type { AppSetup } from './app.ts'
import { setColumn } from './rows.ts'
import { secret } from './stores.ts'
import { userIdOf } from './user-id.ts'
import { signIn } from './visitor.ts'

/** A word in a value, and one in the name of a key of a session. */
export const WORDS = ['planted-word-in-a-value-71c3', 'planted_word_in_a_name_92fe'] as const

/** Stored in clear, as the option `user` says: where this is not found, nothing was looked at. */
export const CLEAR_USER = 'planted-user-in-clear-5d0e'

const VISITORS = 8

/** What was planted, and what the application answered. */
export interface Planted {
  /** The value, the secret, and every session id, bare and as the cookie has it. */
  readonly hidden: readonly string[]
  readonly answers: readonly string[]
}

/** An application that logs everything, with a route whose session cannot be stored. */
export function plantable(options: AppSetup['options'], heard: string[]): AppSetup {
  const stream = { write: (line: string) => void heard.push(line) }
  return {
    options: { user: userIdOf, ...options },
    server: { logger: { level: 'trace', stream } },
    routes: (routes) =>
      routes.post<{ Body: { isDeep: boolean } }>('/unstorable', async ({ session, body }) => {
        const shallow = { [WORDS[1]]: () => WORDS[0] }
        Object.assign(session, body.isDeep ? { map: new Map([[WORDS[0], shallow]]) } : shallow)
        return {}
      }),
  }
}

/** Has visitors do all that there is, with planted words: also what fails, and what happens to rows behind our back. */
export async function plant(app: FastifyInstance, database: TestDatabase): Promise<Planted> {
  const hidden: string[] = [WORDS[0], secret]
  const answers: string[] = []
  for (let n = 0; n < VISITORS; n++) {
    const ada = await signIn(app)
    hidden.push(ada.id, ada.sessionId)
    await ada.post('/change', { value: WORDS[0], [WORDS[1]]: n, userId: CLEAR_USER })
    await ada.me()
    for (const isDeep of [false, true]) answers.push((await ada.post('/unstorable', { isDeep })).body)
    if (n % 4 === 1) await ada.post('/logout')
    if (n % 4 === 2) await setColumn(database, ada.id, 'data', Buffer.from('damaged, whatever it was before'))
    if (n % 4 === 3) answers.push(await withoutTable(database, () => ada.post('/change', { n })))
    answers.push(JSON.stringify(await ada.me()), (await ada.post('/change', { n: 1 })).body)
  }
  await app.storedSession.reencrypt()
  await app.storedSession.trim()
  await app.storedSession.revoke({ user: CLEAR_USER })
  return { hidden, answers }
}

/** A statement that fails is one of which servers and drivers tell much. */
async function withoutTable(database: TestDatabase, request: () => Promise<LightMyRequestResponse>): Promise<string> {
  await database.query('ALTER TABLE stored_sessions RENAME TO away_sessions')
  try {
    const { statusCode, body } = await request()
    assert.equal(statusCode, 503)
    return body
  } finally {
    await database.query('ALTER TABLE away_sessions RENAME TO stored_sessions')
  }
}

/** Fails when some bytes hold something that was planted, in any form in which text lies in bytes. */
export function assertHoldsNone(hidden: readonly string[], place: string, bytes: Buffer): void {
  for (const form of hidden.flatMap(formsOf)) assert.ok(!bytes.includes(form), `${place} must not hold ${form}`)
}

function formsOf(text: string): string[] {
  const bytes = Buffer.from(text)
  return [
    text,
    encodeURIComponent(text),
    bytes.toString('hex'),
    bytes.toString('base64').slice(0, -4),
    text.slice(4, 20),
  ]
}
