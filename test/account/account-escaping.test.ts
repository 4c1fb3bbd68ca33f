import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { FastifyInstance } from 'fastify'
import { type Browser, chromium } from 'playwright-core'
import { english } from '../../src/account/texts/english.ts'
import { filled } from '../../src/pages/filled.ts'
import { html } from '../../src/pages/html.ts'
import { chromiumFlags, chromiumProgram } from '../examples/example-chromium.ts'
import { openApp } from '../support/app.ts'
import { addressOf } from '../support/http-visitor.ts'
import { PAYLOADS } from '../support/script-payloads.ts'
import { accountRoutes, Member, PAGE, withDevices } from './account-app.ts'

describe('the page of devices shows the text of attackers as text', () => {
  let browser: Browser
  let app: FastifyInstance
  let address: string
  let place = ''
  const words = Object.keys(english).map((name, index) => [name, PAYLOADS[index]!])

  before(async () => {
    browser = await chromium.launch({ executablePath: await chromiumProgram(), args: chromiumFlags })
    app = await openApp('sqlite::memory:', {
      options: { ...withDevices, metadata: { location: () => ({ city: place, region: place, country: 'DE' }) } },
      // Words of French are payloads too, whatever an application takes them from.
      routes: accountRoutes({ texts: { fr: Object.fromEntries(words) } }),
    })
    address = await addressOf(app)
  })
  after(async () => {
    await browser?.close()
    await app?.close()
  })

  /** Opens pages without the policy of the page, so that nothing but the escaping holds; counts what ran. */
  async function executions(member: Member, paths: string[], locale = 'en'): Promise<number> {
    const context = await browser.newContext({ bypassCSP: true, locale })
    await context.addCookies([{ name: 'sessionId', value: member.cookies().sessionId!, url: address }])
    let hits = 0
    await context.exposeFunction('hit', () => void hits++)
    const page = await context.newPage()
    for (const path of paths) {
      await page.goto(address + PAGE + path)
      await page.locator('h1').waitFor()
      await page.evaluate('document.querySelectorAll("a[href^=javascript]").forEach((link) => link.click())')
    }
    const loose = await page.evaluate(
      'document.querySelectorAll("script, img, iframe, svg svg, [onload], [onfocus]").length',
    )
    assert.equal(loose, 0)
    await context.close()
    return hits
  }

  test(`in ${PAYLOADS.length} user agents, places and user ids, none of which runs in Chromium`, async () => {
    assert.equal(PAYLOADS.length, 200)
    for (const [start, user] of [
      [0, PAYLOADS[0]!],
      [100, PAYLOADS[1]!],
    ] as const) {
      let last: Member | undefined
      for (const payload of PAYLOADS.slice(start, start + 100)) {
        place = payload
        last = await Member.signIn(app, user, { userAgent: `${payload.replaceAll('/', '')}/1.0 x` })
      }
      const { body } = await last!.show()
      assert.ok(body.includes('&lt;'), 'the names are on the page')
      assert.equal(
        await executions(last!, [
          '',
          '/sign-out-others',
          '/sign-out-everywhere',
          `?done=${encodeURIComponent(PAYLOADS[2]!)}`,
        ]),
        0,
      )
    }
  })

  test('in every word of the page', async () => {
    place = ''
    const member = await Member.signIn(app, 'ada', { userAgent: '' })
    await Member.signIn(app, 'ada', { userAgent: '' })
    assert.equal(
      await executions(
        member,
        ['', '?done=one-1', '?done=others-5', '/sign-out-others', '/sign-out-everywhere'],
        'fr-FR',
      ),
      0,
    )
  })

  test('by a template that escapes all values but templates', () => {
    const value = `<b a="1" b='2'>&amp;`
    assert.equal(String(html`<i title="${value}">${value}</i>`).includes('<b'), false)
    assert.equal(String(html`${['<', html`<br>`]}${false}${undefined}${0}`), '&lt;<br>0')
    assert.equal(filled('{a}{b}{constructor}', { a: '{b}', b: 1 }), '{b}1{constructor}')
    const forged = { toString: () => '<script>' }
    assert.throws(() => html`${forged as never}`)
  })
})
