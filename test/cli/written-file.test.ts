import assert from 'node:assert/strict'
import { chmodSync, existsSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, type TestContext, test } from 'node:test'
import { plannedFile, plannedVariables, writeFile } from '../../src/cli/project/written-file.ts'
import { temporaryFolder } from '../harness/temporary-folder.ts'

const write = (folder: string, path: string, text: string, mode = 0o644) => {
  writeFileSync(join(folder, path), text)
  chmodSync(join(folder, path), mode)
}
const read = (folder: string, path: string) => readFileSync(join(folder, path), 'utf8')
const modeOf = (folder: string, path: string) => (statSync(join(folder, path)).mode & 0o777).toString(8)

describe('between the plan and the writing', () => {
  const variables = (folder: string) => plannedVariables(folder, '.env', { SESSION_SECRET: 'SESSION_SECRET=new' }, true)
  const inTheWay = { message: /^\.env was changed by another process, and was not written; repeat the command$/ }

  test('a file that appears is not overwritten', () => {
    const folder = temporaryFolder('race')
    const plan = variables(folder)
    write(folder, '.env', 'mine')
    assert.throws(() => writeFile(folder, plan), inTheWay)
    assert.deepEqual([read(folder, '.env'), modeOf(folder, '.env')], ['mine', '644'])
  })

  test('a link that appears is not followed, dangling or not, to a new file or in the place of one', () => {
    for (const before of [undefined, 'PORT=1\n']) {
      for (const content of [undefined, 'PORT=1\n']) {
        const folder = temporaryFolder('race')
        if (before !== undefined) write(folder, '.env', before)
        const plan = variables(folder)
        rmSync(join(folder, '.env'), { force: true })
        if (content !== undefined) write(folder, 'target', content)
        symlinkSync('target', join(folder, '.env'))
        assert.throws(() => writeFile(folder, plan), { message: /^\.env is a symbolic link/ })
        assert.equal(existsSync(join(folder, 'target')) ? read(folder, 'target') : undefined, content)
      }
    }
  })

  test('a file that others change, remove or replace is not written', () => {
    const changes: ((folder: string) => void)[] = [
      (folder) => write(folder, '.env', 'PORT=2\n'),
      (folder) => rmSync(join(folder, '.env')),
    ]
    for (const change of changes) {
      const folder = temporaryFolder('race')
      write(folder, '.env', 'PORT=1\n')
      const plan = variables(folder)
      change(folder)
      assert.throws(() => writeFile(folder, plan), inTheWay)
      assert.ok(!existsSync(join(folder, '.env')) || read(folder, '.env') === 'PORT=2\n')
    }
  })

  test('a file that is opened to others is narrowed all the same', () => {
    const folder = temporaryFolder('race')
    write(folder, '.env', 'PORT=1\n', 0o600)
    const plan = variables(folder)
    chmodSync(join(folder, '.env'), 0o644)
    writeFile(folder, plan)
    assert.deepEqual([modeOf(folder, '.env'), read(folder, '.env')], ['600', 'PORT=1\nSESSION_SECRET=new\n'])
  })
})

test('where there are no modes, as on Windows, files are written and links refused', (context: TestContext) => {
  const folder = temporaryFolder('windows')
  const platform = Object.getOwnPropertyDescriptor(process, 'platform')!
  Object.defineProperty(process, 'platform', { ...platform, value: 'win32' })
  context.after(() => Object.defineProperty(process, 'platform', platform))
  write(folder, '.env', 'PORT=1\n', 0o666)
  const plan = () => plannedVariables(folder, '.env', { SESSION_SECRET: 'SESSION_SECRET=new' }, true)
  assert.equal(plan().openMode, undefined)
  writeFile(folder, plan())
  assert.deepEqual([modeOf(folder, '.env'), read(folder, '.env')], ['666', 'PORT=1\nSESSION_SECRET=new\n'])
  symlinkSync('nowhere', join(folder, 'link'))
  assert.throws(() => writeFile(folder, plannedFile(folder, 'link', 'new')), { message: /^link is a symbolic link/ })
})
