import { userInfo } from 'node:os'

/** Who runs the command, for the history of sessions; undefined for an account without a name, as in some containers. */
export function operatorName(): string | undefined {
  try {
    return userInfo().username || undefined
  } catch {
    return undefined
  }
}
