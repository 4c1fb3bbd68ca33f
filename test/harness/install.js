// Runs before the dependencies are there, so it is plain JavaScript without any.
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

if (!isInstalled()) {
  // Tests and examples need the development dependencies, in whatever mode npm was told to work.
  const options = { cwd: repository(''), stdio: 'inherit', shell: process.platform === 'win32' }
  process.exit(spawnSync('npm', ['ci', '--include=dev'], options).status ?? 1)
}

/** Whether node_modules holds what package-lock.json says, by npm's own record of what it put there. */
function isInstalled() {
  const record = repository('node_modules/.package-lock.json')
  if (!existsSync(record)) return false
  const installed = packagesIn(record)
  return Object.entries(packagesIn(repository('package-lock.json'))).every(
    ([path, wanted]) => path === '' || wanted.optional || installed[path]?.version === wanted.version,
  )
}

function packagesIn(file) {
  return JSON.parse(readFileSync(file, 'utf8')).packages
}

function repository(path) {
  return fileURLToPath(new URL(`../../${path}`, import.meta.url))
}
