import type { Permission } from './operator.ts'

/** The parts of the dashboard, in the order of its navigation. */
export const sections = [
  { name: 'Overview', path: '', needs: 'view' },
  { name: 'Sessions', path: '/sessions', needs: 'view' },
  { name: 'Survey', path: '/survey', needs: 'view' },
  { name: 'Live', path: '/live', needs: 'view' },
  { name: 'Incident', path: '/incident', needs: 'revoke' },
  { name: 'Housekeeping', path: '/housekeeping', needs: 'view' },
] as const satisfies { name: string; path: string; needs: Permission }[]

export type Section = (typeof sections)[number]['name'] | 'none'
