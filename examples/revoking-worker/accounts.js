import Database from 'better-sqlite3'

/** Replace this file with your table of accounts. */
const db = new Database(process.env.ACCOUNTS_FILE ?? 'accounts.db', { timeout: 5_000 })
db.pragma('journal_mode = WAL')
db.exec(`CREATE TABLE IF NOT EXISTS accounts (
  name TEXT PRIMARY KEY,
  blocked INTEGER NOT NULL DEFAULT 0,
  sessions_ended INTEGER NOT NULL DEFAULT 0
)`)
db.exec("INSERT INTO accounts (name) VALUES ('ada'), ('grace') ON CONFLICT DO NOTHING")

/** Compare the password with its hash here. */
export function checkPassword(name, password) {
  return findAccount.get(name) !== undefined && password === 'demo'
}

export const isBlocked = (name) => findAccount.get(name)?.blocked === 1

/** Blocks an account, and leaves its sessions to the worker. */
export const block = (name) => markBlocked.run(name).changes > 0

/** The accounts that are blocked, and whose sessions have not been ended yet. */
export const blockedAccounts = () => findBlocked.all().map(({ name }) => name)

export const noteSessionsEnded = (name) => markEnded.run(name)

const findAccount = db.prepare('SELECT blocked FROM accounts WHERE name = ?')
const markBlocked = db.prepare('UPDATE accounts SET blocked = 1, sessions_ended = 0 WHERE name = ?')
const findBlocked = db.prepare('SELECT name FROM accounts WHERE blocked = 1 AND sessions_ended = 0')
const markEnded = db.prepare('UPDATE accounts SET sessions_ended = 1 WHERE name = ?')
