// A browser reads `//host` and `/\host` as another site, and ignores tabs and line breaks.
const OWN_PATH = /^\/(?![/\\])[^\\\s\p{Cc}]*$/u

/** Whether a value is a path of this application, to which a page may lead. */
export const isOwnPath = (value: unknown): value is string => typeof value === 'string' && OWN_PATH.test(value)

/** A path without slashes at its end, and with one at its beginning: a browser reads two as another site. */
export const ownBase = (path: string): string => path.replace(/\/+$/, '').replace(/^[/\\]+/, '/')
