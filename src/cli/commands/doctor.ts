import { defineCommand } from '../frame/command.ts'
import { exitCodes } from '../frame/errors.ts'

export const doctor = defineCommand({
  name: 'doctor',
  summary: 'Check settings, database and table, and say how to fix what is wrong.',
  usage: '',
  details: `
Checks settings, versions, connection, tables, keys, cookie, backlog, clocks and
settings of the database. It writes two sessions of its own and deletes them, and
changes nothing else. It prints statements that repair a
table: read them before you run them. The exit code is 3 when there is a fault, and
0 when there are only warnings.`,
  options: {},
  async run({ output, settings }) {
    const { checkUp } = await import('../../doctor/checkup.ts')
    const { reportOf, summaryOf } = await import('../../doctor/findings/finding.ts')
    const { ownSurroundings } = await import('../../doctor/surroundings.ts')
    const given = await settings()
    const findings = await checkUp(given, ownSurroundings())
    const isOk = findings.every(({ level }) => level !== 'fault')
    output.print(
      { ok: isOk, source: given.source, findings },
      reportOf(findings, (...part) => output.paint(...part)),
    )
    output.message(summaryOf(findings))
    return isOk ? exitCodes.ok : exitCodes.checkFailed
  },
})
