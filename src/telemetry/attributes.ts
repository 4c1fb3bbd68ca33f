import type { Source } from '../instruments/operation.ts'

/** What stands before the names of our attributes, and the name of our meter and tracer. */
export const NAMESPACE = 'stored_session'

/** As the semantic conventions of OpenTelemetry for databases call them. */
const SYSTEMS: Record<Source['dialect'], string> = { pg: 'postgresql', mysql: 'mysql', sqlite: 'sqlite' }

export function sourceAttributes(source: Source | undefined): Record<string, string> {
  return source ? { 'db.system.name': SYSTEMS[source.dialect], 'db.collection.name': source.table } : {}
}

/** Labels under names that are nobody else's, or under the conventional ones where there are such. */
export function attributesOf(labels: { readonly [label: string]: string }): Record<string, string> {
  return Object.fromEntries(Object.entries(labels).map(([label, value]) => [CONVENTIONAL[label] ?? own(label), value]))
}

const CONVENTIONAL: Record<string, string> = { code: 'error.type' }

const own = (label: string) => `${NAMESPACE}.${label}`
