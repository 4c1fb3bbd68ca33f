import { setTimeout as sleep } from 'node:timers/promises'
import { networkOf } from '../../metadata/network.ts'
import type { SessionUse } from '../../metadata/session-metadata.ts'
import type { ListedSession } from '../../store/management/listing.ts'
import type { StoredSessionStore } from '../../store/stored-session-store.ts'
import type { JobControl } from '../jobs/jobs.ts'
import { type Counted, Tally } from './tally.ts'
import { type Traveller, UserCountries } from './user-countries.ts'

/** What a survey counts by. */
export const subjects = ['country', 'kind', 'browser', 'os', 'network'] as const
export type Subject = (typeof subjects)[number]

/** What a survey found. */
export interface SurveyResult {
  /** Live sessions that were counted. */
  readonly live: number
  /** Rows that were looked at. */
  readonly looked: number
  /** Whether the table has older sessions, which were not looked at. */
  readonly isPartial: boolean
  readonly by: Readonly<Record<Subject, Counted>>
  /** Users in two or more countries, and how many there are. */
  readonly travellers: readonly Traveller[]
  readonly travellerCount: number
}

/** How far a survey goes. */
export interface SurveyLimits {
  /** Rows that are looked at, the newest first. */
  readonly mostRows: number
  /** Rows of one statement. */
  readonly batch: number
}

export const SURVEY_LIMITS: SurveyLimits = { mostRows: 500_000, batch: 1_000 }

/** Values of a subject, and users, that a page shows. */
const MOST_SHOWN = 20
const MOST_TRAVELLERS = 100

/**
 * Counts the live sessions by what their last request showed, the newest sessions first. It stops when it is asked to,
 * with what it counted until then. Between two statements it rests as long as the last one took.
 */
export async function surveySessions(
  store: Pick<StoredSessionStore, 'list'>,
  { signal, report }: JobControl,
  { mostRows, batch }: SurveyLimits = SURVEY_LIMITS,
): Promise<SurveyResult> {
  const survey = new Survey()
  let looked = 0
  for (let cursor: string | undefined; ; ) {
    const began = performance.now()
    // All states, because a statement that looks for live rows alone may go through any number of others.
    const limit = Math.min(batch, mostRows - looked)
    const page = await store.list({ limit, ...(cursor !== undefined && { cursor }) })
    for (const session of page.sessions) survey.add(session)
    looked += page.sessions.length
    report({ looked, live: survey.live })
    cursor = page.next
    if (cursor === undefined || looked >= mostRows || signal.aborted) return survey.result(looked, cursor !== undefined)
    await sleep(performance.now() - began, undefined, { signal }).catch(() => {})
  }
}

class Survey {
  live = 0
  readonly #tallies = Object.fromEntries(subjects.map((subject) => [subject, new Tally()])) as Record<Subject, Tally>
  readonly #users = new UserCountries()

  add({ state, user, metadata }: ListedSession): void {
    if (state !== 'live') return
    this.live++
    if (!metadata) return
    const values = valuesOf(metadata.last)
    for (const subject of subjects) {
      const value = values[subject]
      if (value !== undefined) this.#tallies[subject].add(value)
    }
    if (user !== undefined && values.country !== undefined) this.#users.add(user, values.country)
  }

  result(looked: number, isPartial: boolean): SurveyResult {
    const by = Object.fromEntries(subjects.map((subject) => [subject, this.#tallies[subject].most(MOST_SHOWN)]))
    return {
      live: this.live,
      looked,
      isPartial,
      by: by as SurveyResult['by'],
      travellers: this.#users.most(MOST_TRAVELLERS),
      travellerCount: this.#users.count,
    }
  }
}

function valuesOf({ location, device, ip }: SessionUse): Record<Subject, string | undefined> {
  return {
    country: location?.country,
    kind: device?.kind,
    browser: device?.browser,
    os: device?.os,
    // A full address counts for its network.
    network: ip?.includes('/') ? ip : ip && networkOf(ip, 'network'),
  }
}
