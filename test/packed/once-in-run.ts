import { existsSync, mkdirSync, realpathSync, renameSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { until } from '../support/until.ts'

/**
 * Makes a folder once for all test files of a run, each of which is a process of its own; where nobody has said in
 * TEST_BUILDS where they find it, once for each.
 *
 * @returns the folder; nobody may write into it
 */
export async function onceInRun(name: string, make: () => Promise<string>): Promise<string> {
  const { TEST_BUILDS } = process.env
  if (!TEST_BUILDS) return make()
  const place = join(TEST_BUILDS, name)
  if (isFirst(place)) {
    const folder = await make()
    symlinkSync(folder, `${place}.made`)
    renameSync(`${place}.made`, place)
    return folder
  }
  // The first may have failed, and says so itself.
  const isMade = await until(`${name} is made`, () => existsSync(place)).then(
    () => true,
    () => false,
  )
  return isMade ? realpathSync(place) : make()
}

function isFirst(place: string): boolean {
  try {
    mkdirSync(`${place}.begun`)
    return true
  } catch {
    return false
  }
}
