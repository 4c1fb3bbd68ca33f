import { createRequire } from 'node:module'
import type * as Maxmind from 'maxmind'
import { MissingDriverError } from '../errors.ts'

/** Finds the record of an address. */
export interface LocationReader {
  /** @returns the record, or null when the database has none */
  get(ip: string): unknown
}

/** What every database has before its metadata, in its last 128 KB. */
const METADATA_MARK = Buffer.from('\xab\xcd\xefMaxMind.com', 'latin1')

/** The zeros between the search tree and the records. */
const SEPARATOR_LENGTH = 16

/** Reads a database from memory, and throws an Error when the bytes are not a complete database of locations. */
export type OpenDatabase = (bytes: Buffer) => LocationReader

/** @throws `FST_STORED_SESSION_MISSING_DRIVER` when the package `maxmind` is not installed */
export function databaseOpener(): OpenDatabase {
  const maxmind = loadedMaxmind()
  return (bytes) => openedDatabase(maxmind, bytes)
}

function openedDatabase({ Reader }: typeof Maxmind, bytes: Buffer): LocationReader {
  if (bytes.length === 0) throw new Error('it is empty')
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) throw new Error('it is compressed; unpack it with gunzip')
  const mark = bytes.lastIndexOf(METADATA_MARK)
  if (mark === -1) throw new Error('it is not a MaxMind database, or its end is missing')
  const reader = new Reader<Maxmind.Response>(bytes)
  const { searchTreeSize, databaseType } = reader.metadata
  const separator = bytes.subarray(searchTreeSize, searchTreeSize + SEPARATOR_LENGTH)
  // Where bytes are missing, everything after them is in another place.
  if (!(searchTreeSize + SEPARATOR_LENGTH <= mark) || separator.some((byte) => byte !== 0)) {
    throw new Error('a part of it is missing')
  }
  if (!/city|country|location|enterprise|insights/i.test(databaseType)) {
    throw new Error(`it has no locations, its type is ${JSON.stringify(databaseType.slice(0, 40))}`)
  }
  return reader
}

function loadedMaxmind(): typeof Maxmind {
  try {
    return createRequire(import.meta.url)('maxmind') as typeof Maxmind
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'MODULE_NOT_FOUND') throw error
    throw new MissingDriverError('MaxMind', 'maxmind', 'maxmind')
  }
}
