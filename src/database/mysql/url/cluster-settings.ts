import { oneOf, type Rules } from '../../url/settings.ts'

/** What the settings of a URL say about several servers. What they do not say is undefined. */
export interface ClusterSettings {
  /** The value of `wsrep_sync_wait` for our connections. */
  syncWait?: number
  /** The value of `group_replication_consistency` for our connections. */
  consistency?: string
  /** Which of several hosts a statement goes to: `ORDER` the first that works, `RR` (round robin) another one each. */
  selector: 'ORDER' | 'RR'
}

/** Bits of `wsrep_sync_wait`, all of them; 7 are those of reading, updating and inserting. */
const HIGHEST_SYNC_WAIT = 15

/** The settings of clusters. */
export const CLUSTER_RULES: Rules<ClusterSettings> = {
  wsrep_sync_wait: {
    becomes: 'what a statement on a node of Galera waits for',
    isShown: true,
    read(value, settings) {
      if (!/^\d+$/.test(value) || Number(value) > HIGHEST_SYNC_WAIT)
        return `is no number from 0 to ${HIGHEST_SYNC_WAIT}; write ?wsrep_sync_wait=7`
      settings.syncWait = Number(value)
      return undefined
    },
  },
  group_replication_consistency: oneOf(
    ['EVENTUAL', 'BEFORE_ON_PRIMARY_FAILOVER', 'BEFORE', 'AFTER', 'BEFORE_AND_AFTER'],
    'what a statement on a member of a replication group waits for',
    (value, settings) => {
      settings.consistency = value
    },
  ),
  selector: {
    becomes: ({ selector }) =>
      selector === 'RR'
        ? 'each statement goes to another one of the hosts'
        : 'statements go to the first of the hosts that works',
    isShown: true,
    read(value, settings) {
      if (value !== 'ORDER' && value !== 'RR')
        return 'has an unknown selector; write ?selector=ORDER, or RR for another host each time'
      settings.selector = value
      return undefined
    },
  },
}
