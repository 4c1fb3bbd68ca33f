import { versionOf } from '../payload/page-values.ts'
import { REFRESH_SCRIPT } from './frame/refresh-script.ts'
import { LIVE_SCRIPT } from './live/live-script.ts'

/** The script of all pages. Every page works without it. */
export const SCRIPT = `'use strict'\n${REFRESH_SCRIPT}\n${LIVE_SCRIPT}`

/** Changes with the script. */
export const SCRIPT_VERSION = versionOf(SCRIPT)
