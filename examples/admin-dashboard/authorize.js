import { roleOf } from './users.js'

/** What each role may do in mission control. A role that is not here may not enter. */
const PERMISSIONS = {
  support: ['view', 'revoke'],
  security: ['view', 'revoke', 'reveal', 'keys', 'forget'],
}

/** Who may enter mission control: called for each of its requests. The name is recorded with each change. */
export async function authorize({ session }) {
  const role = await roleOf(session.userId)
  if (role === undefined || !Object.hasOwn(PERMISSIONS, role)) return false
  return { actor: session.userId, may: PERMISSIONS[role] }
}
