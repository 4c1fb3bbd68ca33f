import { namedTable } from '../../database/open.ts'
import type { Patience } from '../../database/patience.ts'
import type { Dialect, DrizzleDatabase } from '../../database/recognise.ts'
import type { Examination } from './examination.ts'
import type { Patient } from './patient.ts'

type Open = (patient: Patient, database: string | DrizzleDatabase, patience: Patience) => Promise<Examination>

const OPEN: Record<Dialect, Open> = {
  async pg({ table }, database, patience) {
    const { examinePg } = await import('./pg/examination.ts')
    const { pgSessionsTable } = await import('../../database/pg/sessions-table.ts')
    return examinePg(database, pgSessionsTable(table), patience)
  },
  async mysql({ table }, database, patience) {
    const { examineMysql } = await import('./mysql/examination.ts')
    const { storedSessionsTable } = await import('../../schema/mysql.ts')
    return examineMysql(database, ...namedTable(table, storedSessionsTable), patience)
  },
  async sqlite({ table }, database) {
    const { examineSqlite } = await import('./sqlite/examination.ts')
    const { storedSessionsTable } = await import('../../schema/sqlite.ts')
    return examineSqlite(database, ...namedTable(table, storedSessionsTable))
  },
}

/** Opens a database to look at it. What was passed in is used as it is, and not closed. */
export function openExamination(patient: Patient, patience: Patience): Promise<Examination> {
  return OPEN[patient.dialect](patient, patient.database as string | DrizzleDatabase, patience)
}
