import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Browser, chromium, type Page } from 'playwright-core'
import { chromiumFlags, chromiumProgram } from '../examples/example-chromium.ts'
import { background } from '../harness/command.ts'
import { temporaryFolder } from '../harness/temporary-folder.ts'
import { until } from '../support/until.ts'

/** Keys in software, because the machines of tests have no secure hardware. */
const FEATURES = '--enable-features=EnableBoundSessionCredentialsSoftwareKeysForManualTesting,DeviceBoundSessions'

/** A Chromium with a profile of its own that binds sessions. */
export interface Profile {
  readonly page: Page
  readonly browser: Browser
  close(): Promise<void>
}

/**
 * Starts Chromium itself: what playwright passes to it switches bound sessions off.
 *
 * @param home - the home of its user, where the certificates are that it trusts
 */
export async function openProfile(home: string): Promise<Profile> {
  const folder = temporaryFolder('bound-profile')
  const flags = [...chromiumFlags.filter((flag) => flag !== '--headless'), '--headless=new', FEATURES]
  const line = [
    await chromiumProgram(),
    ...flags,
    `--user-data-dir=${folder}`,
    '--remote-debugging-port=0',
    'about:blank',
  ]
  const child = background({ line, env: { ...process.env, HOME: home } }, join(folder, 'log'))
  const port = await portIn(join(folder, 'DevToolsActivePort'))
  const browser = await chromium.connectOverCDP(`http://127.0.0.1:${port}`)
  const [context] = browser.contexts()
  const page = context!.pages()[0] ?? (await context!.newPage())
  return {
    page,
    browser,
    async close() {
      await browser.close()
      child.kill('SIGKILL')
    },
  }
}

async function portIn(file: string): Promise<string> {
  let port: string | undefined
  await until('Chromium listens', () => {
    try {
      port = readFileSync(file, 'utf8').split('\n')[0]
    } catch {}
    return Boolean(port)
  })
  return port!
}
