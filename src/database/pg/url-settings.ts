/** Which servers a URL may be answered by. A standby is none of them: what it says is old, and it takes no writes. */
const SESSION_ATTRS = ['read-write', 'primary']
const SWITCH = ['true', 'false']

/** The fault in the settings of a URL, or undefined. */
export function faultOfPgSettings(url: string): string | undefined {
  const { searchParams } = new URL(url)
  const attrs = searchParams.get('target_session_attrs')
  if (attrs !== null && !SESSION_ATTRS.includes(attrs))
    return 'has a target_session_attrs that allows a standby, which accepts no writes and returns stale rows; write ?target_session_attrs=read-write, or omit it'
  const prepare = searchParams.get('prepare')
  if (prepare !== null && !SWITCH.includes(prepare))
    return 'has a prepare that is neither true nor false; write ?prepare=false for a pooler without prepared statements'
  return undefined
}

/** Whether a URL of one host asks for a server that is no standby. */
export const wantsPrimary = (url: string) => new URL(url).searchParams.has('target_session_attrs')
