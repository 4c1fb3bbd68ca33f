import { execFileSync } from 'node:child_process'
import Database from 'better-sqlite3'
import type { Fault } from './fault.ts'
import type { Ground } from './ground.ts'

/** What another process has that writes, until it closes this. */
function writerOn({ database }: Ground): Database.Database {
  const other = new Database(database.url.slice('sqlite:'.length))
  other.exec('BEGIN IMMEDIATE')
  return other
}

/** Another process writes and does not come to an end. */
const busy: Fault = {
  name: 'SQLITE_BUSY: another process writes',
  refuses: 'some',
  begin(ground) {
    const other = writerOn(ground)
    return () => other.close()
  },
}

/** Another process writes for a moment: less than an operation may take. */
const busyForAMoment: Fault = {
  name: 'SQLITE_BUSY for 200 ms',
  refuses: 'none',
  begin(ground) {
    const other = writerOn(ground)
    setTimeout(() => other.close(), 200)
    return () => {}
  },
}

/** The system refuses to write to any file, as it does on a disk that fails. */
const ioError: Fault = {
  name: 'SQLITE_IOERR: the disk takes no writes',
  refuses: 'some',
  begin() {
    const ignore = () => {}
    process.on('SIGXFSZ', ignore)
    limitFiles('1')
    return () => {
      limitFiles('unlimited')
      process.off('SIGXFSZ', ignore)
    }
  },
}

function limitFiles(bytes: string): void {
  execFileSync('prlimit', ['--pid', String(process.pid), `--fsize=${bytes}:unlimited`])
}

/** Faults of a file that is opened by its URL. */
export const sqliteFaults: Fault[] = [busy, busyForAMoment, ioError]

/** Faults that one brings about through the connection of the application itself. */
export function connectionFaults(client: Database.Database): Fault[] {
  return [
    {
      name: 'SQLITE_READONLY',
      refuses: 'some',
      begin() {
        client.pragma('query_only = 1')
        return () => client.pragma('query_only = 0')
      },
    },
    {
      name: 'SQLITE_FULL: the disk is full',
      refuses: 'some',
      begin() {
        client.pragma(`max_page_count = ${client.pragma('page_count', { simple: true })}`)
        return () => client.pragma('max_page_count = 1000000')
      },
    },
  ]
}
