import type { Source } from '../instruments/operation.ts'

/** The prefix of our attributes, and the name of our meter and tracer. */
export const NAMESPACE = 'stored_session'

/** The names from OpenTelemetry's semantic conventions for databases. */
const SYSTEMS: Record<Source['dialect'], string> = { pg: 'postgresql', mysql: 'mysql', sqlite: 'sqlite' }

export function sourceAttributes(source: Source | undefined): Record<string, string> {
  return source ? { 'db.system.name': SYSTEMS[source.dialect], 'db.collection.name': source.table } : {}
}

/** Gives labels the conventional names where these exist, and otherwise our prefix, so that names cannot collide. */
export function attributesOf(labels: { readonly [label: string]: string }): Record<string, string> {
  return Object.fromEntries(Object.entries(labels).map(([label, value]) => [CONVENTIONAL[label] ?? own(label), value]))
}

const CONVENTIONAL: Record<string, string> = { code: 'error.type' }

const own = (label: string) => `${NAMESPACE}.${label}`
