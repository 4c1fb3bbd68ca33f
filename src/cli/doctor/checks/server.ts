import type { Examination } from '../examination.ts'
import { type Found, fault, ok } from '../finding.ts'
import { isAtLeast } from '../version-range.ts'

/** Whether the server is one that the tests run on. */
export async function checkServer(examination: Examination): Promise<Found[]> {
  const { product, version, least } = await examination.server()
  const message = `${product} ${version}`
  if (isAtLeast(version, least)) return [ok(`${message}, supported since ${least}`)]
  return [
    fault(`${message} is not supported; the oldest supported version is ${least}`, `Use ${product} ${least} or newer`),
  ]
}
