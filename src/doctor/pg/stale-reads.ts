import { type Found, fault, ok } from '../findings/finding.ts'
import type { Query } from '../findings/inspection.ts'

/** Whether a read sees what was acknowledged: Pgpool-II sends reads to standbys while it balances load. */
export async function findStaleReads(query: Query): Promise<Found[]> {
  // It answers this by itself. To PostgreSQL it is an unknown parameter.
  const settings = await query('show pool_status').catch(() => [])
  const mode = settings.find(({ item }) => item === 'load_balance_mode')
  if (!mode) return []
  if (/^(0|off)$/i.test(String(mode.value)))
    return [ok('Pgpool-II is between application and server, and does not balance load')]
  return [
    fault(
      'Pgpool-II is between application and server, and sends reads to standbys, which lag (load_balance_mode)',
      'Set load_balance_mode = off, or connect to the primary',
    ),
  ]
}
