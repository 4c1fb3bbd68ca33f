import { MissingDriverError } from '../../errors.ts'

/**
 * Loads a driver.
 *
 * @throws `FST_STORED_SESSION_MISSING_DRIVER`
 */
export async function loadDriver<Module>(
  databases: string,
  name: string,
  load: () => Promise<Module>,
): Promise<Module> {
  try {
    return await load()
  } catch (error) {
    if ((error as { code?: string }).code !== 'ERR_MODULE_NOT_FOUND') throw error
    throw new MissingDriverError(databases, name, name)
  }
}
