import type { MigrationState } from '../../database/contract/stored-keys.ts'
import { defineCommand } from '../frame/command.ts'
import { CommandError, exitCodes, UsageError } from '../frame/errors.ts'
import type { Output } from '../frame/output.ts'
import { inColumns } from '../frame/output.ts'
import { grouped } from '../frame/progress.ts'

export const migrate = defineCommand({
  name: 'migrate',
  summary: 'Create the table of the sessions, or update it.',
  usage: '[--status | --dry-run]',
  details: `
Can be repeated, and run by several processes at once: one migrates, the others wait. It writes the journal of drizzle-kit,
in a separate table. With --status the exit code is 3 when migrations are pending.`,
  options: {
    status: { type: 'boolean', description: 'only show which migrations are applied' },
    'dry-run': { type: 'boolean', description: 'only print the SQL that would run' },
  },
  async run({ values, output, settings, openDatabase, openStore }) {
    if (values.status && values['dry-run']) throw new UsageError('--status and --dry-run exclude each other')
    refuseOwnTable((await settings()).options.table)
    const database = await openDatabase()
    const migrations = (await database.migrations?.()) ?? []
    const pending = migrations.filter(({ isApplied }) => !isApplied)
    if (values.status) {
      printStatus(output, migrations)
      return pending.length > 0 ? exitCodes.checkFailed : exitCodes.ok
    }
    if (values['dry-run']) {
      printStatements(output, pending)
      return exitCodes.ok
    }
    await openStore({ migrate: true })
    const applied = pending.map(({ name }) => name)
    output.print({ applied }, applied.join('\n'))
    output.message(
      `The table "${database.table}" is up to date: ${applied.length === 0 ? 'there was nothing to do' : `${migrationsOf(applied.length)} applied`}.`,
    )
    return exitCodes.ok
  },
})

const migrationsOf = (number: number) => `${grouped(number)} ${number === 1 ? 'migration' : 'migrations'}`

function refuseOwnTable(table: unknown): void {
  if (typeof table !== 'object') return
  throw new CommandError(
    'the table belongs to your own Drizzle schema; run its migrations instead: npx drizzle-kit migrate',
  )
}

function printStatus(output: Output, migrations: readonly MigrationState[]): void {
  const data = migrations.map(({ name, isApplied }) => ({ name, applied: isApplied }))
  const rows = migrations.map(({ name, isApplied }) => [isApplied ? 'applied' : 'pending', name])
  const pending = migrations.filter(({ isApplied }) => !isApplied).length
  output.print({ migrations: data, pending }, inColumns(rows))
  if (pending > 0) output.message(`To apply: npx stored-session migrate`)
}

function printStatements(output: Output, pending: readonly MigrationState[]): void {
  const data = pending.map(({ name, statements }) => ({ name, statements }))
  const text = pending.map(({ name, statements }) => [`-- ${name}`, ...statements.map(asScript)].join('\n'))
  output.print({ migrations: data }, text.join('\n\n'))
  if (pending.length === 0) output.message('There is nothing to do.')
}

const asScript = (statement: string) => `${statement.trim().replace(/;$/, '')};`
