/** Names that would permanently shadow a method of the session of this user, or are not names at all. */
export const RESERVED_NAMES: ReadonlySet<string> = new Set([
  '__proto__',
  'constructor',
  'prototype',
  'sessionId',
  'encryptedSessionId',
  'touch',
  'regenerate',
  'options',
  'destroy',
  'reload',
  'save',
  'set',
  'get',
  'isModified',
  'isSaved',
])
