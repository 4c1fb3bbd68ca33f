import { type Finding, summaryOf } from '../../doctor/findings/finding.ts'
import { html } from '../../pages/html.ts'
import type { TrimResult } from '../../store/core/events.ts'
import type { KeyStatus } from '../../store/management/key-status.ts'
import type { ReencryptResult } from '../../store/management/reencrypting.ts'
import { facts } from '../frame/forms.ts'
import { counted, durationOf, numberOf } from '../frame/words.ts'
import type { JobKind } from '../job-pages/job-kind.ts'
import { findingsList } from './findings-list.ts'
import { keyTable } from './key-table.ts'
import { stopText } from './rounds-table.ts'
import { SEALED, TO_SEAL } from './tasks.ts'
import { backlogText } from './verdict.ts'

const OF_HOUSEKEEPING = {
  section: 'Housekeeping',
  needs: 'keys',
  path: '/housekeeping',
  back: 'Back to housekeeping',
} as const

export const trimKind: JobKind<TrimResult> = {
  ...OF_HOUSEKEEPING,
  kind: 'trim',
  title: 'Trimming',
  summary: ({ trimmed }) => `${counted(trimmed, 'row')} deleted`,
  result: (_, { result: { trimmed, events, backlog, durationMs, stopped } }) =>
    html`<section class="card"><h2>${counted(trimmed, 'row')} deleted</h2>${facts([
      ['Events deleted', events === undefined ? undefined : numberOf(events)],
      ['Left', backlogText(backlog)],
      ['Took', durationOf(durationMs)],
      ['Why it ended', stopText(stopped)],
    ])}</section>`,
}

export const reencryptKind: JobKind<ReencryptResult> = {
  ...OF_HOUSEKEEPING,
  kind: 'reencrypt',
  title: 'Sealing with the current key',
  summary: ({ reencrypted, remaining }) => `${counted(reencrypted, 'row')} sealed, ${numberOf(remaining)} left`,
  bar: [SEALED, TO_SEAL],
  result: (_, { result: { reencrypted, unreadable, remaining, remainingByKey } }) =>
    html`<section class="card"><h2>${counted(reencrypted, 'row')} sealed again</h2>${facts([
      [
        'Unreadable',
        unreadable > 0 && `${numberOf(unreadable)}: their key is missing or revoked, or their content was changed`,
      ],
      ['Left under other keys', numberOf(remaining)],
      ...Object.entries(remainingByKey).map(([id, rows]) => [`Key ${id}`, counted(rows, 'row')] as const),
    ])}
<p>${remaining === 0 ? 'No row needs another key any more. Former keys can be removed after the next backup that you may have to restore has expired.' : 'Run it again to seal the rows that are left. Keep their keys until then.'}</p></section>`,
}

export const keyCountKind: JobKind<readonly KeyStatus[]> = {
  ...OF_HOUSEKEEPING,
  kind: 'keys',
  title: 'Sessions by key',
  summary: ({ length }) => counted(length, 'key'),
  result: (_, { result }) =>
    html`<section class="card"><h2>${counted(result.length, 'key')}</h2>${keyTable(result, 'Keys, and what each has sealed')}</section>`,
}

export const doctorKind: JobKind<readonly Finding[]> = {
  ...OF_HOUSEKEEPING,
  kind: 'doctor',
  title: 'Doctor',
  summary: summaryOf,
  result: (_, { result }) => findingsList(result),
}

export const housekeepingKinds = [trimKind, reencryptKind, keyCountKind, doctorKind] as readonly JobKind[]
