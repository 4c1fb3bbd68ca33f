import { readFileSync, writeFileSync } from 'node:fs'
import { released } from './changelog.ts'

// npm runs this in `npm version`, after it changed package.json and before it commits.
const file = new URL('../../CHANGELOG.md', import.meta.url)
const version = process.env.npm_package_version
if (!version) throw new Error('run this with npm version')
writeFileSync(file, released(readFileSync(file, 'utf8'), version, new Date().toISOString().slice(0, 10)))
