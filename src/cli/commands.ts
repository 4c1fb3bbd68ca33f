import { forget } from './commands/audit/forget.ts'
import { history } from './commands/audit/history.ts'
import { count } from './commands/count.ts'
import { dashboard } from './commands/dashboard.ts'
import { doctor } from './commands/doctor.ts'
import { generate } from './commands/generate.ts'
import { importCommand } from './commands/importing/import.ts'
import { upgrade } from './commands/importing/upgrade.ts'
import { init } from './commands/init.ts'
import { keys } from './commands/keys.ts'
import { list } from './commands/list.ts'
import { migrate } from './commands/migrate.ts'
import { reencrypt } from './commands/reencrypt.ts'
import { revoke } from './commands/revoke.ts'
import { secret } from './commands/secret.ts'
import { stats } from './commands/stats.ts'
import { trim } from './commands/trim.ts'
import { update } from './commands/updating/update.ts'
import type { AnyCommand } from './frame/command.ts'

/** All commands, in the order in which the help lists them. */
export const commands: readonly AnyCommand[] = [
  init,
  generate,
  migrate,
  list,
  count,
  stats,
  revoke,
  update,
  dashboard,
  history,
  forget,
  trim,
  keys,
  reencrypt,
  secret,
  doctor,
  importCommand,
  upgrade,
]
