import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { test } from 'node:test'
import { temporaryFolder } from '../harness/temporary-folder.ts'
import { repository } from '../packed/package.ts'
import { commandLine } from './command-line.ts'

const write = (folder: string, path: string, text: string) => writeFileSync(join(folder, path), text)

test('what is written and shown in TypeScript satisfies the compiler, with each driver and kind of module', async () => {
  const folder = temporaryFolder('init-types')
  symlinkSync(join(repository, 'node_modules'), join(folder, 'node_modules'))
  const compilerOptions = {
    ...{ module: 'nodenext', target: 'es2023', types: ['node'], strict: true, exactOptionalPropertyTypes: true },
    ...{ noEmit: true, skipLibCheck: true, allowImportingTsExtensions: true },
    paths: { 'stored-session': [join(repository, 'src/entry.ts')] },
  }
  const include = ['*/app.ts']
  write(folder, 'tsconfig.json', JSON.stringify({ compilerOptions, include }))
  // As `tsc --init` writes it, in a package as `npm init` does: what is not written as CommonJS is refused.
  const verbatim = join(folder, 'verbatim')
  mkdirSync(verbatim)
  const asWritten = JSON.stringify({ verbatimModuleSyntax: true, moduleDetection: 'force' }).replace('}', ', /* , */ }')
  write(
    verbatim,
    'tsconfig.json',
    `{ "extends": "../tsconfig", "compilerOptions": ${asWritten}, "include": ["*/app.ts"] }`,
  )
  await Promise.all([
    typed(join(folder, 'postgres'), 'module'),
    typed(join(folder, 'pg'), 'module'),
    typed(join(folder, 'mysql2'), 'commonjs'),
    ...['postgres', 'pg', 'mysql2', 'better-sqlite3'].map(async (driver) => {
      const cwd = join(verbatim, driver)
      await typed(cwd, 'commonjs', '{ "extends": ["../tsconfig.json"] }')
      assert.match(readFileSync(join(cwd, 'stored-session.config.ts'), 'utf8'), /^export = options$/m)
    }),
  ])
  for (const errors of await Promise.all([folder, verbatim].map(compilerErrors))) assert.deepEqual(errors, [])
})

/** A project of TypeScript, with what is written and shown for it, that uses the driver of its folder's name. */
async function typed(cwd: string, type: 'module' | 'commonjs', configuration?: string): Promise<void> {
  mkdirSync(cwd)
  if (configuration) write(cwd, 'tsconfig.json', configuration)
  write(cwd, 'package.json', JSON.stringify({ type, dependencies: { [basename(cwd)]: '*', typescript: '*' } }))
  const { stdout, stderr } = await commandLine(['init', '--yes', '--json'], { cwd })
  write(cwd, 'app.ts', JSON.parse(stdout).snippet)
  // No Node runs the types of today and an export of CommonJS by itself.
  if (configuration) assert.match(stderr, /^ {2}npm install --save-dev tsx\n {2}npx stored-session migrate$/m)
}

async function compilerErrors(folder: string): Promise<string[]> {
  const compiler = join(repository, 'node_modules/typescript/bin/tsc')
  const child = spawn(process.execPath, [compiler, '-p', folder], { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] })
  const lines = (await text(child.stdout)).split('\n')
  return lines.filter((line) => line.includes('error') && !/^\.\.|node_modules/.test(line))
}
