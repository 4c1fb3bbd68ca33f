import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { satisfies, subset, validRange } from 'semver'
import { repository } from '../package.ts'
import { exampleNames, manifestOf, pathIn } from './example-project.ts'
import { usedNames } from './uses.ts'

const { devDependencies, peerDependencies, version } = JSON.parse(
  readFileSync(join(repository, 'package.json'), 'utf8'),
)
const page = readFileSync(join(repository, 'docs', 'examples.md'), 'utf8')

/** What git ignores is not part of an example. */
const NOT_COPIED = /node_modules/

/** The packages that the files of an example import. */
function importedBy(name: string): string[] {
  const files = readdirSync(pathIn(name), { recursive: true, encoding: 'utf8' })
  const sources = files.filter((file) => /\.[jt]s$/.test(file) && !NOT_COPIED.test(file))
  const imports = sources.flatMap((file) => [
    ...readFileSync(pathIn(name, file), 'utf8').matchAll(/(?:from|import) '((?:@[\w-]+\/)?[\w-]+)(?:\/[\w/-]+)?'/g),
  ])
  return [...new Set(imports.map(([, module]) => module!))].sort()
}

describe('the examples that are folders', () => {
  test('are all used by a test', () => {
    assert.deepEqual(usedNames.toSorted(), exampleNames)
    assert.ok(exampleNames.length >= 8)
  })

  for (const name of exampleNames) {
    const manifest = manifestOf(name)
    const { dependencies, devDependencies: development = {} } = manifest

    test(`${name} can be installed by itself: a private manifest, a start, and ranges that the package supports`, () => {
      assert.equal(manifest.name, `example-${name}`)
      assert.equal(manifest.private, true)
      assert.match(manifest.scripts.start!, /^node [\w/]+\.[jt]s$/)
      assert.ok(satisfies(version, dependencies['stored-session']!), `stored-session ${version}`)
      for (const [module, range] of Object.entries({ ...dependencies, ...development })) {
        assert.ok(validRange(range), `${module} ${range}`)
        const supported: string | undefined = peerDependencies[module]
        if (supported) assert.ok(subset(range, supported), `${module} ${range} is not within ${supported}`)
        else if (devDependencies[module] && module !== '@types/node')
          assert.equal(range, devDependencies[module], module)
      }
    })

    test(`${name} depends on what it imports, and on nothing else but its drivers and tools`, () => {
      const imported = importedBy(name)
      const known = Object.keys({ ...dependencies, ...development })
      assert.deepEqual(
        imported.filter((module) => !known.includes(module)),
        [],
      )
      const unused = Object.keys(dependencies).filter((module) => !imported.includes(module))
      assert.deepEqual(
        unused.filter((module) => !/^(better-sqlite3|drizzle-orm)$/.test(module)),
        [],
      )
    })

    test(`${name} has a page that says how to start it, and a sentence in docs/examples.md`, () => {
      const readme = readFileSync(pathIn(name, 'README.md'), 'utf8')
      assert.ok(readme.split('\n').length <= 30)
      assert.match(
        readme,
        /^# .+\n\n[\s\S]+\n```sh\nnpm install\n.*npm (start|run demo|run worker)\n```\n[\s\S]*\nIn production:\n\n- /,
      )
      assert.match(page, new RegExp(`^\\| \\[${name}\\]\\(\\.\\./examples/${name}\\) \\| .+ \\|$`, 'm'))
    })
  }
})
