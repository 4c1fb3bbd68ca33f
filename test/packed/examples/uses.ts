import assert from 'node:assert/strict'
import type { DatabaseTarget } from '../../harness/databases.ts'
import type { ExampleProject } from './example-project.ts'
import { useAdminDashboard } from './use-admin-dashboard.ts'
import { useMinimal } from './use-minimal.ts'
import { useOauth } from './use-oauth.ts'
import { usePassport } from './use-passport.ts'
import { useRevokingWorker } from './use-revoking-worker.ts'
import { useSpaDevices } from './use-spa-devices.ts'
import { useTwoServices } from './use-two-services.ts'
import { useTypescriptDrizzle } from './use-typescript-drizzle.ts'

type Use = (project: ExampleProject, target: DatabaseTarget) => Promise<void>

/** How each example is used, and the database that it needs; the others have SQLite. */
const USES: Record<string, { use: Use; dialect?: 'pg' }> = {
  'admin-dashboard': { use: useAdminDashboard },
  minimal: { use: useMinimal },
  oauth: { use: useOauth },
  passport: { use: usePassport },
  'revoking-worker': { use: useRevokingWorker },
  'spa-devices': { use: useSpaDevices },
  'two-services': { use: useTwoServices },
  'typescript-drizzle': { use: useTypescriptDrizzle, dialect: 'pg' },
}

export const usedNames = Object.keys(USES)

/** The database of these that an example needs. */
export const targetOf = (name: string, targets: DatabaseTarget[]) =>
  targets.find(({ dialect }) => dialect === (USES[name]!.dialect ?? 'sqlite'))

/** Uses an example as its visitors do, and starts it without its secret. */
export async function useExample(project: ExampleProject, target: DatabaseTarget): Promise<void> {
  await USES[project.name]!.use(project, target)
  const app = project.start('start', {
    DATABASE_URL: target.dialect === 'pg' ? 'postgres://127.0.0.1/none' : undefined,
    SESSION_SECRET: '',
  })
  assert.equal(await app.ended(), 1)
  assert.match(app.output, /SESSION_SECRET is missing\. Print a new one: npx stored-session secret/)
}
