// The peers are dependencies of the benchmark alone; whoever only works on the project does not need them.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const folder = fileURLToPath(new URL('.', import.meta.url))
const options = { cwd: folder, stdio: 'inherit', shell: process.platform === 'win32' }
if (!existsSync(`${folder}node_modules`)) process.exit(spawnSync('npm', ['ci'], options).status ?? 1)
