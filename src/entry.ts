/** The plugin, its options, keys, errors, and the types of storages. @module stored-session */

import * as exported from './index.ts'

// CommonJS users of Fastify expect the plugin itself from require().
/** What `require('stored-session')` returns: the plugin, with all exports as its properties. @hidden */
const plugin = Object.assign(exported.storedSession, exported)

export * from './index.ts'
export { default } from './index.ts'
/** What `require('stored-session')` returns. @hidden */
export { plugin as 'module.exports' }
