const { DATABASE_URL = 'sqlite:sessions.db', SESSION_SECRET } = process.env
if (!SESSION_SECRET) throw new Error('SESSION_SECRET is missing. Print a new one: npx stored-session secret')

/** The options of the server, of the worker, and of `npx stored-session`, which finds this file by its name. */
export default {
  database: DATABASE_URL,
  secret: SESSION_SECRET,
  // 'auto' also works over plain http on your machine: omit it in production. 'lax' omits the cookie from forms of other sites.
  cookie: { secure: 'auto', sameSite: 'lax' },
  user: (session) => session.userId,
  // Records who ended a session: the worker is the actor.
  history: true,
}
