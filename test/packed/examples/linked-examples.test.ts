import { describe, test } from 'node:test'
import { databases } from '../../harness/databases.ts'
import { exampleNames } from './example-project.ts'
import { linkedExample } from './linked-example.ts'
import { targetOf, useExample } from './uses.ts'

describe('the examples that are folders', () => {
  for (const name of exampleNames) {
    const target = targetOf(name, databases)
    if (target)
      test(`${name} works with the package as it is built here`, async () =>
        useExample(await linkedExample(name), target))
  }
})
