#!/usr/bin/env node
import { commands } from './commands.ts'
import { run } from './run.ts'
import { flushed, outliveReaders } from './streams.ts'

outliveReaders()
const code = await run(process.argv.slice(2), commands)
await flushed()
// What a configuration has opened, such as a pool that it passes, must not keep the command from ending.
process.exit(code)
