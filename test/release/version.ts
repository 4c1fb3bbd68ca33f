import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { released } from './changelog.ts'

// npm runs this in `npm version`, after it changed package.json and before it commits.
const version = process.env.npm_package_version
if (!version) throw new Error('run this with npm version')
const path = (name: string) => fileURLToPath(new URL(`../../${name}`, import.meta.url))

const changelog = path('CHANGELOG.md')
writeFileSync(changelog, released(readFileSync(changelog, 'utf8'), version, new Date().toISOString().slice(0, 10)))
// Patches store rows of the same form.
if (version.endsWith('.0')) keepRows(`rows-${version}.json`)

/** Keeps the rows that this version stores, for the tests of later versions. */
function keepRows(name: string): void {
  const file = path(`test/fixtures/${name}`)
  const args = ['--import', 'tsx', path('test/fixtures/make-rows.ts')]
  writeFileSync(file, execFileSync(process.execPath, args, { maxBuffer: 100_000_000 }))
  execFileSync('npx', ['biome', 'format', '--write', file])
  const hash = createHash('sha256').update(readFileSync(file)).digest('hex')
  appendFileSync(path('test/fixtures/SHA256SUMS'), `${hash}  ${name}\n`)
}
