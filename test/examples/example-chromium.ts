import { setTimeout as sleep } from 'node:timers/promises'
import { isRoot } from '../harness/account.ts'
import { execute } from '../harness/command.ts'
import { debianLike } from '../harness/debian-packages.ts'
import { executables } from '../harness/executables.ts'

const PROGRAMS = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome']

/** Keeps the browser to itself: no window, no graphics card, and no request that the test does not make. */
export const chromiumFlags = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

const LONGEST_INSTALL_MS = 300_000

/** The Chromium of this machine, or Debian's, which root installs. */
export async function chromiumProgram(): Promise<string> {
  const found = (await installedChromium()) ?? (await debianChromium())
  if (found) return found
  throw new Error(
    'No Chromium to test with. What to do: install the package chromium (apt-get install chromium) or Google Chrome, ' +
      'or set CHROMIUM to the path of one.',
  )
}

async function installedChromium(): Promise<string | undefined> {
  const candidates = process.env.CHROMIUM ? [process.env.CHROMIUM] : executables(...PROGRAMS)
  for (const file of candidates) if (await isChromium(file)) return file
  return undefined
}

// Ubuntu has programs of these names that only tell how to install the browser.
async function isChromium(file: string): Promise<boolean> {
  try {
    return /^(Chromium|Google Chrome) \d/m.test(await execute({ line: [file, '--version'] }))
  } catch {
    return false
  }
}

async function debianChromium(): Promise<string | undefined> {
  if (process.env.CHROMIUM || debianLike() !== 'debian') return undefined
  return installedPackage('chromium', installedChromium)
}

/** What a package of Debian brings, which root installs; undefined for others. */
export async function installedPackage<Found>(
  name: string,
  find: () => Promise<Found | undefined>,
): Promise<Found | undefined> {
  const present = await find()
  if (present || !isRoot || debianLike() === undefined) return present
  const deadline = performance.now() + LONGEST_INSTALL_MS
  let found: Found | undefined
  while (!found && !(await hasInstalled(name, deadline))) {
    // Another test may be at it.
    await sleep(1_000)
    found = await find()
  }
  return found ?? find()
}

/** Installs a package, unless something else is installing: apt waits for the lock of dpkg, and not for that of its lists. */
async function hasInstalled(name: string, deadline: number): Promise<boolean> {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C' }
  try {
    await execute({ line: ['apt-get', 'update'], env })
    await execute({
      line: ['apt-get', '-oDPkg::Lock::Timeout=300', 'install', '--yes', '--no-install-recommends', name],
      env,
    })
    return true
  } catch (error) {
    if (!/Could not get lock/.test(String(error)) || performance.now() > deadline) throw error
    return false
  }
}
