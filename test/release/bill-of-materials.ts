import { cpSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryFolder } from '../harness/temporary-folder.ts'
import { repository, run } from '../packed/package.ts'

/**
 * What an installation of the package brings, in the form of CycloneDX. `npm sbom --omit=dev` leaves out each dependency
 * that a development dependency needs too, so npm gets a manifest without any.
 */
export async function billOfMaterials(): Promise<string> {
  // npm names the root after its folder.
  const folder = join(temporaryFolder('bill-of-materials'), 'stored-session')
  mkdirSync(folder)
  for (const file of ['package.json', 'package-lock.json']) cpSync(join(repository, file), join(folder, file))
  await run('npm', ['pkg', 'delete', 'devDependencies'], { cwd: folder })
  await run('npm', ['install', '--package-lock-only', '--offline', '--ignore-scripts', '--no-audit'], { cwd: folder })
  const { stdout } = await run('npm', ['sbom', '--package-lock-only', '--sbom-format=cyclonedx'], { cwd: folder })
  return stdout
}
