/** Shows events as they come. */
export const LIVE_SCRIPT = ''
