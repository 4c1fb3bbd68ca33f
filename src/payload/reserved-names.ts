/** Names that would shadow a method of the session for this user for ever, or are no names at all. */
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
