import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { type Browser, chromium, type Page } from 'playwright-core'
import { chromiumFlags, chromiumProgram } from '../test/examples/example-chromium.ts'
import { paths } from './app/frame.ts'
import { FIRST_USER } from './app/made-up-users.ts'

/*
 * Takes the pictures of the documentation from the demonstration: npm run pictures
 */
const FOLDER = fileURLToPath(new URL('../docs/pictures/', import.meta.url))
const SIZE = { width: 1200, height: 800 }
const MOST_BYTES = 120_000
/** Of WebP, where 100 is the best. */
const QUALITY = 90

const DEVICE =
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/146.0.0.0 Safari/537.36'

/** What the documentation shows: a name, and the path of the page. */
const PICTURES = [
  ['overview', paths.missionControl],
  ['sessions', `${paths.missionControl}/sessions`],
  ['devices', paths.devices],
] as const

const app = spawn(process.execPath, ['--import', 'tsx', 'examples/app.ts', '--with-data'], {
  env: { ...process.env, DATABASE_URL: 'sqlite::memory:', SESSION_SECRET: 'only for pictures '.repeat(3), PORT: '0' },
  stdio: ['ignore', 'pipe', 'inherit'],
})
try {
  const address = await addressOf(app.stdout)
  const browser = await chromium.launch({ executablePath: await chromiumProgram(), args: chromiumFlags })
  try {
    for (const colorScheme of ['light', 'dark'] as const) await takeAll(browser, address, colorScheme)
  } finally {
    await browser.close()
  }
} finally {
  app.kill('SIGTERM')
  await once(app, 'close')
}

async function addressOf(output: NodeJS.ReadableStream): Promise<string> {
  for await (const line of createInterface(output)) {
    const [, address] = /^Listening on (\S+)/.exec(line) ?? []
    if (address) return address
  }
  throw new Error('The demonstration did not start')
}

async function takeAll(browser: Browser, address: string, colorScheme: 'light' | 'dark'): Promise<void> {
  const context = await browser.newContext({ viewport: SIZE, colorScheme, userAgent: DEVICE, locale: 'en-GB' })
  const page = await context.newPage()
  await page.goto(address)
  await page.getByLabel('Your name').fill(FIRST_USER)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('button', { name: 'Sign out' }).waitFor()
  mkdirSync(FOLDER, { recursive: true })
  for (const [name, path] of PICTURES) {
    await page.goto(address + path, { waitUntil: 'load' })
    await take(page, `${FOLDER}${name}-${colorScheme}.webp`)
  }
  // The devices of the next pictures must not include this one.
  await page.goto(address)
  await page.getByRole('button', { name: 'Sign out' }).click()
  await context.close()
}

async function take(page: Page, path: string): Promise<void> {
  // Playwright itself makes no WebP, which is a third of the size of PNG.
  const devtools = await page.context().newCDPSession(page)
  const { data } = await devtools.send('Page.captureScreenshot', { format: 'webp', quality: QUALITY })
  const picture = Buffer.from(data, 'base64')
  console.log(`${path}: ${Math.round(picture.length / 1_000)} KB`)
  if (picture.length > MOST_BYTES) throw new Error(`${path} is larger than ${MOST_BYTES} bytes; show less of the page`)
  writeFileSync(path, picture)
}
