import { addressIn, PLACES } from './places.ts'

const FIRST =
  'ada alan anna ben carl chloe clara david ella emil eva finn grace hana ida ivan jonas lena leo lina mara milo nina omar zoe'
const LAST = 'abel berg cole diaz eder falk gray hahn ito jung kern lund mohr noor otto park rey sand tran wolf'

const CHROME = 'AppleWebKit/537.36 (KHTML, like Gecko) Chrome/146.0.0.0'
/** User agents, the common ones first. */
const USER_AGENTS = [
  `Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${CHROME} Safari/537.36`,
  'Mozilla/5.0 (iPhone; CPU iPhone OS 19_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.1 Mobile/15E148 Safari/604.1',
  `Mozilla/5.0 (Linux; Android 10; K) ${CHROME} Mobile Safari/537.36`,
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.1 Safari/605.1.15',
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:149.0) Gecko/20100101 Firefox/149.0',
  `Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${CHROME} Safari/537.36 Edg/146.0.0.0`,
  `Mozilla/5.0 (X11; Linux x86_64) ${CHROME} Safari/537.36`,
  `Mozilla/5.0 (Linux; Android 15; SM-X710) ${CHROME} Safari/537.36`,
  'Mozilla/5.0 (iPad; CPU OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1',
  'Mozilla/5.0 (X11; Linux x86_64; rv:149.0) Gecko/20100101 Firefox/149.0',
  'curl/8.14.1',
]

/** A number from 0 to below 1 that depends on nothing but the seed, so that every demonstration is the same. */
export type Chance = () => number

// mulberry32, a small generator with a good distribution.
export function chanceOf(seed: number): Chance {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** A device of a made-up user. */
export interface MadeUpDevice {
  readonly user: string
  readonly userAgent: string
  readonly address: string
}

/** The first of the users, who has several devices. */
export const FIRST_USER = 'ada.abel@example.com'

const MOST_DEVICES = 5

/** Users with one to five devices each, some of which travel. @param most - users, at most 500 */
export function madeUpDevices(chance: Chance, most: number): MadeUpDevice[] {
  const users = FIRST.split(' ').flatMap((first) => LAST.split(' ').map((last) => `${first}.${last}@example.com`))
  return users.slice(0, most).flatMap((user) => {
    const home = placeOf(chance)
    const count = user === FIRST_USER ? MOST_DEVICES - 1 : Math.ceil(chance() ** 1.7 * MOST_DEVICES) || 1
    return Array.from({ length: count }, () => ({
      user,
      userAgent: USER_AGENTS[skewed(chance, USER_AGENTS.length)]!,
      address: addressIn(chance() < 0.9 ? home : placeOf(chance), 1 + Math.floor(chance() * 250)),
    }))
  })
}

const placeOf = (chance: Chance) => skewed(chance, PLACES.length)

/** An index that is more often a small one. */
const skewed = (chance: Chance, length: number) => Math.floor(chance() ** 1.8 * length)
