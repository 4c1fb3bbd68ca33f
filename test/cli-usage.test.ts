import assert from 'node:assert/strict'
import { test } from 'node:test'
import { commandLine } from './cli/command-line.ts'

test('help goes to stdout when it is asked for, and to stderr when a command is missing', async () => {
  const [asked, missing] = await Promise.all([commandLine(['--help']), commandLine([])])
  assert.deepEqual([asked.code, missing.code], [0, 2])
  assert.match(asked.stdout, /^Usage: stored-session <command> \[options\]\n/)
  assert.deepEqual([missing.stdout, missing.stderr], ['', asked.stdout])
})
