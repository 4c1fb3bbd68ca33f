import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** Builds the site as `npm run docs:build` does, without a network; returns whether that worked. */
export function builds(): boolean {
  const guard = `--import=${new URL('no-network.js', import.meta.url).href}`
  const { status } = spawnSync('npm', ['run', 'build', '--no-update-notifier'], {
    cwd: fileURLToPath(new URL('../../docs/', import.meta.url)),
    env: { ...process.env, NODE_OPTIONS: `${process.env.NODE_OPTIONS ?? ''} ${guard}`.trim() },
    stdio: 'inherit',
    shell: process.platform === 'win32',
  })
  return status === 0
}
