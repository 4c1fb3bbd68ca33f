import type { AnyCommand } from './command.ts'
import { count } from './commands/count.ts'
import { trim } from './commands/trim.ts'

/** All commands, in the order in which the help lists them. */
export const commands: readonly AnyCommand[] = [trim, count]
