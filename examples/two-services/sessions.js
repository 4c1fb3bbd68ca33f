const { COOKIE_DOMAIN, DATABASE_URL = 'sqlite:sessions.db', SESSION_SECRET } = process.env
if (!SESSION_SECRET) throw new Error('SESSION_SECRET is missing. Print a new one: npx stored-session secret')

/** The options of both services: all of them have to be the same, or one cannot open the sessions of the other. */
export const sessionOptions = {
  database: DATABASE_URL,
  secret: SESSION_SECRET,
  namespace: 'two-services',
  cookie: {
    // 'auto' also works over plain http on your machine: omit it in production. 'lax' omits the cookie from forms of other sites.
    secure: 'auto',
    sameSite: 'lax',
    // For account.example.com and shop.example.com: example.com. Without it, the cookie is sent to one host, on any port.
    ...(COOKIE_DOMAIN && { domain: COOKIE_DOMAIN }),
  },
  user: (session) => session.userId,
}
