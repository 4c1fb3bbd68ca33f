/** Names that would permanently hide a method of this user's session, or that are not property names. */
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
