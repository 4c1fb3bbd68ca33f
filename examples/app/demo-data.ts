import type { FastifyInstance } from 'fastify'
import { FIRST_USER } from './made-up-users.ts'
import type { DemoData } from './page.ts'

/** The made-up users in the database. */
export interface Demo {
  /** What the first page says about them. */
  data: DemoData | undefined
  /** Fills an empty database, if that is wished, and looks at what there is. */
  fill(): Promise<void>
}

/** The made-up users of the demonstration. A database that has sessions is never filled. */
export function demoData(app: FastifyInstance, isWished: boolean): Demo {
  const demo: Demo = {
    data: undefined,
    async fill() {
      await app.ready()
      const isEmpty = (await app.storedSession.list({ limit: 1 })).sessions.length === 0
      if (isWished && isEmpty) {
        console.log('Filling the database with 500 made-up users …')
        const { makeUpPast } = await import('./made-up-past.ts')
        await makeUpPast(app)
      }
      const isFilled = (await app.storedSession.list({ user: FIRST_USER, limit: 1 })).sessions.length > 0
      if (isFilled) demo.data = { user: FIRST_USER, sessions: (await app.storedSession.stats()).live }
      else if (isWished) console.log('The database has sessions already, so no users were added.')
    },
  }
  return demo
}
