import type { Examination } from '../examination.ts'
import { type Found, fault, ok, skipped } from '../finding.ts'
import { wordsOf } from '../words.ts'

/** Whether sessions can be written, with statements that change nothing. */
export async function checkWriting(examination: Examination): Promise<Found[]> {
  const readOnly = await examination.readOnly()
  if (readOnly) return [fault(readOnly.reason, readOnly.remedy)]
  const { sessions: table } = examination.expected
  const actual = await examination.actual(table)
  const isWhole = table.columns.every(({ name }) => actual?.columns.some((column) => column.name === name))
  if (!isWhole) return [skipped('needs the table')]
  const refused: string[] = []
  const words: string[] = []
  for (const [privilege, statement] of Object.entries(statementsFor(examination))) {
    await examination.query(statement).catch((error) => {
      refused.push(privilege)
      words.push(wordsOf(error))
    })
  }
  if (refused.length === 0) return [ok('the user of the database may read, insert, update and delete')]
  return [
    fault(
      `${refused.join(', ')} ${refused.length === 1 ? 'is' : 'are'} refused: ${words[0]}`,
      `Give the user of the URL what it needs: GRANT SELECT, INSERT, UPDATE, DELETE ON ${examination.quoted(table)} TO …`,
    ),
  ]
}

function statementsFor({ expected: { sessions: table }, quoted }: Examination): Record<string, string> {
  const target = quoted(table)
  // Tables of the schema have names like columns have, as far as quotes go.
  const names = table.columns.map(({ name }) => quoted({ schema: undefined, name }))
  const none = 'where 1 = 0'
  return {
    SELECT: `select 1 from ${target} ${none}`,
    INSERT: `insert into ${target} (${names.join(', ')}) select ${names.join(', ')} from ${target} ${none}`,
    UPDATE: `update ${target} set ${names.map((name) => `${name} = ${name}`).join(', ')} ${none}`,
    DELETE: `delete from ${target} ${none}`,
  }
}
