import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { builds } from './build.ts'

// Builds the site of the documentation and checks it: `[--built] [check…]`. With --built it takes the site of the last
// build, and without a check all of them.
const { values, positionals } = parseArgs({ allowPositionals: true, options: { built: { type: 'boolean' } } })
const folder = fileURLToPath(new URL('checks/', import.meta.url))
const checks = readdirSync(folder).map((file) => file.replace(/\.ts$/, ''))
const unknown = positionals.find((name) => !checks.includes(name))
if (unknown !== undefined) throw new Error(`unknown check ${unknown}; there are ${checks.join(', ')}`)

if (!values.built && !builds()) process.exit(1)
const files = (positionals.length > 0 ? positionals : checks).map((name) => `${folder}${name}.ts`)
const args = ['--import', 'tsx', '--test', '--test-reporter=spec', ...files]
process.exitCode = spawnSync(process.execPath, args, { stdio: 'inherit' }).status ?? 1
