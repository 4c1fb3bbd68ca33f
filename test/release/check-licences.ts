import { readFileSync } from 'node:fs'
import { refusedLicences } from './licences.ts'

// Fails where a package of package-lock.json has a licence that is not allowed.
const lock = new URL('../../package-lock.json', import.meta.url)
const refused = refusedLicences(JSON.parse(readFileSync(lock, 'utf8')).packages)
for (const line of refused) console.error(line)
if (refused.length > 0) process.exitCode = 1
else console.log('All licences are allowed.')
