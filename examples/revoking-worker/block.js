import { block } from './accounts.js'

const [name = ''] = process.argv.slice(2)
if (block(name)) console.log(`${name} is blocked. The worker ends the sessions.`)
else {
  console.error(`There is no account "${name}". Usage: npm run block -- NAME`)
  process.exitCode = 1
}
