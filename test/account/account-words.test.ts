import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { english } from '../../src/account/texts/english.ts'
import { french } from '../../src/account/texts/french.ts'
import { german } from '../../src/account/texts/german.ts'
import { spanish } from '../../src/account/texts/spanish.ts'
import { deviceName, locationName } from '../../src/pages/device-names.ts'
import { timeElement } from '../../src/pages/times.ts'

describe('the words of the page', () => {
  test('name devices as a person does', () => {
    const names: [Parameters<typeof deviceName>[0], string][] = [
      [{ browser: 'Firefox', os: 'Windows', kind: 'desktop' }, 'Firefox on Windows'],
      [{ browser: 'Chrome', os: 'Android', kind: 'phone' }, 'Chrome on Android phone'],
      [{ browser: 'Chrome', os: 'Android', kind: 'tablet' }, 'Chrome on Android tablet'],
      [{ browser: 'Safari', os: 'iOS', kind: 'phone' }, 'Safari on iPhone'],
      [{ browser: 'Safari', os: 'iPadOS', kind: 'tablet' }, 'Safari on iPad'],
      [{ browser: 'Android Browser', os: 'Android', kind: 'unknown' }, 'Android Browser on Android'],
      [{ os: 'Xbox', kind: 'unknown' }, 'Xbox'],
      [{ browser: 'Opera', kind: 'unknown' }, 'Opera'],
      [{ kind: 'bot' }, 'Program'],
      [{ kind: 'unknown' }, 'Unknown device'],
      [undefined, 'Unknown device'],
      [{ os: 'constructor', kind: 'desktop' }, 'constructor'],
      [{ browser: 'W'.repeat(300), kind: 'unknown' }, `${'W'.repeat(59)}…`],
    ]
    for (const [device, name] of names) assert.equal(deviceName(device, english), name)
  })

  test('name places in the language of the page', () => {
    assert.equal(locationName({ city: 'Berlin', region: 'Berlin', country: 'DE' }, 'en'), 'Berlin, Germany')
    assert.equal(locationName({ region: 'Bavaria', country: 'DE' }, 'fr'), 'Bavaria, Allemagne')
    assert.equal(locationName({ country: 'ES' }, 'de'), 'Spanien')
    assert.equal(locationName({ country: 'nowhere' }, 'de'), 'nowhere')
    assert.equal(locationName({ latitude: 1, longitude: 2 }, 'de'), undefined)
    assert.equal(locationName(undefined, 'de'), undefined)
  })

  test('say how long ago something was', () => {
    const [second, minute, hour, day] = [1_000, 60_000, 3_600_000, 86_400_000]
    const ages: [number, string, string][] = [
      [-hour, 'now', 'jetzt'],
      [59 * second, 'now', 'jetzt'],
      [minute + second, '1 minute ago', 'vor 1 Minute'],
      [3.5 * minute, '3 minutes ago', 'vor 3 Minuten'],
      [1.5 * hour, '1 hour ago', 'vor 1 Stunde'],
      [1.5 * day, 'yesterday', 'gestern'],
      [9.5 * day, '9 days ago', 'vor 9 Tagen'],
      [65 * day, '2 months ago', 'vor 2 Monaten'],
      [800 * day, '2 years ago', 'vor 2 Jahren'],
    ]
    for (const [age, inEnglish, inGerman] of ages) {
      const shown = (language: string) =>
        />(.+)<\/time>/.exec(String(timeElement(new Date(Date.now() - age), language)))![1]
      assert.deepEqual([shown('en'), shown('de')], [inEnglish, inGerman])
    }
    const exact = String(timeElement(new Date(Date.UTC(2026, 10, 30, 7, 5)), 'de'))
    assert.match(exact, /datetime="2026-11-30T07:05:00\.000Z" title="30\. November 2026 um 07:05:00 UTC"/)
  })

  test('have the same places for values in every language', () => {
    const placesOf = (text: string) => [...text.matchAll(/\{\w+\}/g)].map(([place]) => place).sort()
    for (const texts of [german, french, spanish]) {
      for (const [name, text] of Object.entries(texts)) {
        assert.deepEqual(placesOf(text), placesOf(english[name as keyof typeof english]), `${name}: ${text}`)
      }
    }
  })
})
