/** A record of a database: maps, lists, texts and numbers. */
export type MmdbValue = string | number | MmdbValue[] | { [name: string]: MmdbValue }

type Node = [left: Branch, right: Branch]
type Branch = Node | number | undefined

const SEPARATOR = Buffer.alloc(16)
const MARK = Buffer.from('\xab\xcd\xefMaxMind.com', 'latin1')

/**
 * A database of IPv4 networks in the format MaxMind DB, version 2.
 *
 * @param records - by network, such as `192.0.2.0/24`; networks must not overlap
 */
export function mmdbFile(records: Record<string, MmdbValue>, databaseType = 'Test-City'): Buffer {
  const root: Node = [undefined, undefined]
  const data: Buffer[] = []
  let position = 0
  for (const [network, record] of Object.entries(records)) {
    insert(root, network, position)
    const bytes = encoded(record)
    data.push(bytes)
    position += bytes.length
  }
  const nodes = nodesOf(root)
  const numbers = new Map(nodes.map((node, index) => [node, index]))
  const pointerOf = (branch: Branch) => {
    if (branch === undefined) return nodes.length
    return typeof branch === 'number' ? nodes.length + SEPARATOR.length + branch : numbers.get(branch)!
  }
  const tree = Buffer.alloc(nodes.length * 6)
  for (const [index, branches] of nodes.entries()) {
    for (const [side, branch] of branches.entries()) tree.writeUIntBE(pointerOf(branch), index * 6 + side * 3, 3)
  }
  const metadata = encoded({
    binary_format_major_version: 2,
    binary_format_minor_version: 0,
    build_epoch: 1_700_000_000,
    database_type: databaseType,
    description: {},
    ip_version: 4,
    languages: ['en'],
    node_count: nodes.length,
    record_size: 24,
  })
  return Buffer.concat([tree, SEPARATOR, ...data, MARK, metadata])
}

function insert(root: Node, network: string, position: number): void {
  const [address, length] = network.split('/') as [string, string]
  const bits = address.split('.').flatMap((byte) => [...Number(byte).toString(2).padStart(8, '0')].map(Number))
  const path = bits.slice(0, Number(length))
  let node = root
  for (const bit of path.slice(0, -1)) {
    node[bit] ??= [undefined, undefined]
    node = node[bit] as Node
  }
  node[path.at(-1)!] = position
}

function nodesOf(root: Node): Node[] {
  const below = root.filter((branch): branch is Node => Array.isArray(branch))
  return [root, ...below.flatMap(nodesOf)]
}

/** A value in the encoding of the data section. */
function encoded(value: MmdbValue): Buffer {
  if (typeof value === 'string') return Buffer.concat([control(2, Buffer.byteLength(value)), Buffer.from(value)])
  if (Array.isArray(value)) return Buffer.concat([control(11, value.length), ...value.map(encoded)])
  if (typeof value === 'object') {
    const entries = Object.entries(value)
    return Buffer.concat([control(7, entries.length), ...entries.flat().map(encoded)])
  }
  const isWhole = Number.isInteger(value) && value >= 0
  const bytes = Buffer.alloc(isWhole ? 4 : 8)
  if (isWhole) bytes.writeUInt32BE(value)
  else bytes.writeDoubleBE(value)
  return Buffer.concat([control(isWhole ? 6 : 3, bytes.length), bytes])
}

/** The type and the length; types from 8 have a byte of their own. */
function control(type: number, length: number): Buffer {
  const size = length < 29 ? [length] : [29, length - 29]
  const [short, ...more] = size as [number, ...number[]]
  return Buffer.from(type < 8 ? [(type << 5) | short, ...more] : [short, type - 7, ...more])
}
