import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { isRelative, sourceFiles, targetOf } from './source-files.ts'

const root = new URL('../../', import.meta.url)
const page = readFileSync(new URL('docs/architecture.md', root), 'utf8')

test('every path of the page exists', () => {
  const paths = [...page.matchAll(/`([\w/-]+\.ts|(?:store|database|cli|test)(?:\/[\w-]+)+)`/g)].map(([, path]) => path!)
  assert.ok(paths.length > 80)
  const isThere = (path: string) => ['', 'src/'].some((folder) => existsSync(new URL(folder + path, root)))
  // Named for every dialect, without its folder.
  const isOfDialects = (path: string) => existsSync(new URL(`src/database/pg/${path}`, root))
  assert.deepEqual(
    paths.filter((path) => !isThere(path) && !isOfDialects(path)),
    [],
  )
})

test('the picture has rooms that exist, and arrows that are imports', () => {
  const boxes = new Map(
    [...page.matchAll(/(\w+)\["([^":]+)(?:: [^"]*)?"\]/g)].map(([, box, rooms]) => [box!, rooms!.split(', ')]),
  )
  const imports = new Set(
    sourceFiles.flatMap(({ path, imports: names }) =>
      names.filter(isRelative).map((name) => `${folderOf(path)} → ${folderOf(targetOf(path, name))}`),
    ),
  )
  const isImport = (from: string, to: string) =>
    boxes.get(from)!.some((one) => boxes.get(to)!.some((other) => imports.has(`${one} → ${other}`)))
  const arrows = [...page.matchAll(/^ +(\w+)(?:\["[^"]*"\])? --> (\w+)$/gm)].map(
    ([, from, to]) => [from!, to!] as const,
  )
  assert.ok(arrows.length > 20)
  assert.deepEqual(
    arrows.filter(([from, to]) => !isImport(from, to)),
    [],
  )
  const known = new Set(sourceFiles.map(({ path }) => folderOf(path)))
  assert.deepEqual(
    [...boxes.values()].flat().filter((room) => !known.has(room)),
    [],
  )
})

const folderOf = (path: string) => path.slice(0, Math.max(path.lastIndexOf('/'), 0))
