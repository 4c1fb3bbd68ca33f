import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'
import { chromiumFlags, chromiumProgram } from '../examples/example-chromium.ts'
import { serveSite } from './site-server.ts'

/** A window on the built site; `complaints` is what the browser had to say, and what it was asked to fetch elsewhere. */
export interface SiteWindow {
  readonly page: Page
  readonly complaints: string[]
  close(): Promise<void>
}

/** How readers see the site. */
export const VIEWS = [390, 1400].flatMap((width) =>
  (['light', 'dark'] as const).map((colorScheme) => ({ width, colorScheme })),
)

export type View = (typeof VIEWS)[number]

export async function openSite(): Promise<SiteWindow> {
  const server = await serveSite()
  let browser: Browser | undefined
  try {
    browser = await chromium.launch({ executablePath: await chromiumProgram(), args: chromiumFlags })
    // Colours that are on their way to others have a contrast that readers hardly see.
    const context = await browser.newContext({ baseURL: server.address, reducedMotion: 'reduce' })
    const complaints: string[] = []
    await refuseOthers(context, server.address, complaints)
    const page = await context.newPage()
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) complaints.push(message.text())
    })
    page.on('pageerror', (error) => complaints.push(error.message))
    const close = async () => {
      await browser?.close()
      await server.close()
    }
    return { page, complaints, close }
  } catch (error) {
    await browser?.close()
    await server.close()
    throw error
  }
}

async function refuseOthers(context: BrowserContext, address: string, complaints: string[]): Promise<void> {
  await context.route(
    (url) => url.origin !== address,
    (route) => {
      complaints.push(`asked for ${route.request().url()}`)
      return route.abort()
    },
  )
}

/** Opens a page and waits until its scripts have taken it over. */
export async function visit({ page }: SiteWindow, path: string): Promise<void> {
  await page.goto(path, { waitUntil: 'load' })
  await page.waitForFunction('document.querySelector("#app")?.__vue_app__ && document.fonts.status === "loaded"')
}

/** Shows the page to a reader of this width and colour scheme. */
export async function show({ page }: SiteWindow, { width, colorScheme }: View): Promise<void> {
  await page.setViewportSize({ width, height: 900 })
  await page.emulateMedia({ colorScheme })
  await page.waitForFunction(`document.documentElement.classList.contains('dark') === ${colorScheme === 'dark'}`)
}
