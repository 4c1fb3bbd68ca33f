import { test } from 'node:test'
import { databases } from '../../harness/databases.ts'
import { linkedExample } from './linked-example.ts'
import { targetOf, useExample } from './uses.ts'

// The others start more processes, or need npm: `npm run consumers` uses all of them.
const target = targetOf('minimal', databases)
if (target)
  test('the example minimal works with the package as it is built here', async () =>
    useExample(await linkedExample('minimal'), target))
