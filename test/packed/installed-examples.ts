import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { satisfies } from 'semver'
import type { DatabaseTarget } from '../harness/databases.ts'
import { ExampleProject, exampleNames, manifestOf } from './examples/example-project.ts'
import { targetOf, useExample } from './examples/uses.ts'
import type { Node } from './nodes.ts'
import { npm, repository } from './package.ts'
import type { Check } from './tools.ts'
import { resultOf } from './use.ts'

/** Installs each example in an empty folder, as a user who copies it does, and uses it there. */
export async function useExamples(
  node: Node,
  archive: string,
  targets: DatabaseTarget[],
  note: (check: Check) => void,
): Promise<void> {
  for (const name of exampleNames) {
    const target = targetOf(name, targets)
    if (target)
      note({ tool: `example ${name}`, result: await resultOf(() => installAndUse(name, node, archive, target)) })
  }
}

async function installAndUse(name: string, node: Node, archive: string, target: DatabaseTarget): Promise<void> {
  const { dependencies, scripts } = manifestOf(name)
  const { version } = JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8'))
  assert.ok(satisfies(version, dependencies['stored-session']!), `the range does not have ${version}`)
  const project = new ExampleProject(name, node.env)
  // The archive in place of the package that is published; everything else as the manifest says.
  await npm(['install', archive], { cwd: project.folder, env: node.env })
  if (scripts.typecheck) await project.npx(scripts.typecheck.split(' '))
  await useExample(project, target)
}
