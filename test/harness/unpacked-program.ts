import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

/**
 * The beginning of the command line of a program that was unpacked, with all that it depends on, from packages of Debian.
 * It runs on the C library that was unpacked with it, whatever the system has.
 *
 * @param program - its path in the packages
 */
export function unpackedLine(root: string, program: string): string[] {
  const libraries = ['lib', 'usr/lib'].map((folder) => join(root, folder)).flatMap(libraryFolders)
  const loader = libraries.flatMap((folder) => filesIn(folder)).find((file) => /\/ld-linux[^/]*\.so\.\d+$/.test(file))
  if (loader === undefined) throw new Error(`no dynamic loader under ${root}`)
  return [loader, '--library-path', libraries.join(':'), join(root, program)]
}

function libraryFolders(folder: string): string[] {
  const triplets = filesIn(folder).filter((file) => file.endsWith('-linux-gnu') || file.includes('-linux-gnueabi'))
  return triplets.flatMap((triplet) => [triplet, join(triplet, 'private')]).filter((path) => existsSync(path))
}

function filesIn(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : []
}
