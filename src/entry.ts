import * as exported from './index.ts'

// CommonJS users of Fastify expect the plugin itself from require(), with the rest as its properties.
const plugin = Object.assign(exported.storedSession, exported)

export * from './index.ts'
export { default } from './index.ts'
/** What `require('stored-session')` returns. */
export { plugin as 'module.exports' }
