import type { Dialect } from '../harness/databases.ts'
import type { Link, TcpProxy } from '../harness/tcp-proxy.ts'

/**
 * Answers statements in place of the server, with an error of this code: the statement reaches no server, as one that
 * was rolled back has no effect.
 *
 * @param code - SQLSTATE of PostgreSQL, error number of MySQL
 * @param times - statements that fail; those that come later pass
 */
export function injectErrors(proxy: TcpProxy, dialect: Dialect, code: string, times = Number.POSITIVE_INFINITY): void {
  let left = times
  const answer = dialect === 'pg' ? answerPg : answerMysql
  proxy.onRequest = (bytes, link) => {
    const isAnswered = left > 0 && answer(bytes, link, code)
    if (isAnswered) left--
    else link.server.write(bytes)
  }
}

// Connections on which an error was told for a statement that its client has not ended yet.
const unended = new WeakSet<Link>()

/** A message is one byte of type and four of length; a statement ends with `S`, or is one `Q`. */
function answerPg(bytes: Buffer, link: Link, code: string): boolean {
  const types = [...messageTypes(bytes)]
  // What a new connection sends has no type, and good-bye needs no answer.
  if (types[0] === '\0' || types[0] === 'X') return false
  const hasStatement = types.some((type) => 'PBQ'.includes(type))
  if (hasStatement) link.client.write(pgError(code))
  if (types.some((type) => 'SQ'.includes(type))) {
    link.client.write(READY)
    unended.delete(link)
  } else if (hasStatement) unended.add(link)
  return true
}

function* messageTypes(bytes: Buffer): Generator<string> {
  for (let at = 0; at + 5 <= bytes.length; at += 1 + bytes.readUInt32BE(at + 1)) {
    const type = String.fromCharCode(bytes[at]!)
    yield type
    if (type === '\0') return
  }
}

const READY = Buffer.from([0x5a, 0, 0, 0, 5, 0x49])

function pgError(code: string): Buffer {
  const fields = Buffer.from(`SERROR\0VERROR\0C${code}\0Mfor "ada" in table stored_sessions\0\0`)
  const head = Buffer.from([0x45, 0, 0, 0, 0])
  head.writeUInt32BE(fields.length + 4, 1)
  return Buffer.concat([head, fields])
}

/** Query, prepare and execute. */
const STATEMENTS = [0x03, 0x16, 0x17]

/** A packet is three bytes of length, one that counts packets, and then a command. */
function answerMysql(bytes: Buffer, { client }: Link, code: string): boolean {
  const isStatement = bytes[3] === 0 && STATEMENTS.includes(bytes[4]!)
  if (isStatement) client.write(mysqlError(Number(code)))
  return isStatement
}

function mysqlError(errno: number): Buffer {
  const payload = Buffer.concat([
    Buffer.from([0xff, errno & 0xff, errno >> 8]),
    Buffer.from("#HY000for 'ada' in a table"),
  ])
  return Buffer.concat([Buffer.from([payload.length, 0, 0, 1]), payload])
}
