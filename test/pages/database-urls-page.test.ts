import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { rootCertificates } from 'node:tls'
import { recogniseDatabase } from '../../src/database/recognise.ts'
import { temporaryFolder } from '../harness/temporary-folder.ts'
import { codeIn } from './readme-text.ts'

const page = readFileSync(new URL('../../docs/database-urls.md', import.meta.url), 'utf8')

/** A line of a table of hosts: whose URL it is, what the URL has, and whether it works as it is. */
const TABLES = [...page.matchAll(/^\| host \| .*\n.*\n((?:\|.*\n)+)/gm)].map(([, rows]) =>
  rows!
    .trim()
    .split('\n')
    .map((row) => row.split('|').map((cell) => cell.trim()) as [string, string, string, string])
    .map(([, whose, form, works]) => ({ whose, form, works })),
)

const HOSTS = {
  pg: ['Neon', 'Supabase', 'Amazon RDS', 'Cloud SQL', 'Azure', 'Heroku', 'Railway', 'Aiven', 'DigitalOcean'],
  mysql: ['PlanetScale', 'Amazon RDS', 'Cloud SQL', 'Azure', 'Heroku', 'Railway', 'Aiven', 'DigitalOcean'],
}

const PLAIN: Record<string, string> = {
  pg: 'postgres://ada:hush@db.example.com/app',
  mysql: 'mysql://ada:hush@db.example.com/app',
}

const authorities = join(temporaryFolder('authorities'), 'global-bundle.pem')
writeFileSync(authorities, rootCertificates.slice(0, 2).join('\n'))

/** The whole URL that a form, such as `?sslmode=require`, stands for; a file in it is one that is there. */
function urlOf(form: string, dialect: string): string {
  const plain = PLAIN[dialect]!
  const [authority] = plain.split('/app') as [string]
  const [credentials] = plain.split('@') as [string]
  const whole = form.replace('…', plain.split('//')[1]!).replace('/path/to/global-bundle.pem', authorities)
  if (whole === '' || whole.startsWith('?')) return plain + whole
  if (whole.startsWith(':')) return authority + whole
  return whole.startsWith('@') ? credentials + whole : whole
}

describe('the tables of hosts on the page about URLs', () => {
  for (const [index, dialect] of (['pg', 'mysql'] as const).entries()) {
    const rows = TABLES[index]!

    test(`name the large hosts: ${dialect}`, () => {
      for (const host of HOSTS[dialect])
        assert.ok(
          rows.some(({ whose }) => whose.startsWith(host)),
          host,
        )
    })

    for (const { whose, form, works } of rows) {
      test(`${dialect}: the URL of ${whose} starts an application, also with what the page adds`, () => {
        const given = codeIn(form)
        assert.ok(given.length > 0 || form === 'nothing', form)
        const added = codeIn(works).filter((code) => code.startsWith('?'))
        for (const code of [...given, ...added, ''])
          assert.deepEqual(recogniseDatabase(urlOf(code, dialect)), { dialect }, code)
      })
    }
  }
})
