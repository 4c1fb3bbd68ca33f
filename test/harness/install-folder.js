// The peers of the benchmark and the generator of the documentation have packages of their own, in the folder that is
// named: work on the code does not need them.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmdirSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

const folder = fileURLToPath(new URL(`../../${process.argv[2]}/`, import.meta.url))
const options = { cwd: folder, stdio: 'inherit', shell: process.platform === 'win32' }

/** How long another process may take to install them, milliseconds. */
const PATIENCE_MS = 180_000
const PAUSE_MS = 200

// Several test files ask for them at once: one installs, the others wait until it is done, or has been gone for long.
const lock = `${folder}.installing`
const end = Date.now() + PATIENCE_MS
while (!isInstalled() && !take() && Date.now() < end) await sleep(PAUSE_MS)
if (!isInstalled()) {
  process.exitCode = spawnSync('npm', ['ci', '--include=dev'], options).status ?? 1
  rmdirSync(lock)
}

function take() {
  try {
    mkdirSync(lock)
    return true
  } catch {
    return false
  }
}

/** Whether node_modules holds what package-lock.json says, by npm's own record, which it writes last. */
function isInstalled() {
  const record = `${folder}node_modules/.package-lock.json`
  if (!existsSync(record)) return false
  const installed = packagesIn(record)
  return Object.entries(packagesIn(`${folder}package-lock.json`)).every(
    ([path, wanted]) => path === '' || wanted.optional || installed[path]?.version === wanted.version,
  )
}

function packagesIn(file) {
  return JSON.parse(readFileSync(file, 'utf8')).packages
}
