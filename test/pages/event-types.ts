import { readFileSync } from 'node:fs'

const FILES = ['session-events', 'operation-events', 'service-events']
const source = FILES.map((name) => read(name)).join('\n')

function read(name: string): string {
  const text = readFileSync(new URL(`../../src/store/core/${name}.ts`, import.meta.url), 'utf8')
  return text.replaceAll(/^ *\/\*\*[\s\S]*?\*\/\n/gm, '')
}

/** The events of a store as the code declares them: what each listener gets, by the name of the event. */
export const eventTypes = new Map(
  [...source.matchAll(/interface \w+Events[^{]*\{\n([\s\S]*?)\n\}/g)].flatMap(([, body]) =>
    [...body!.matchAll(/^ {2}(\w+): \[([\s\S]*?)\],?$/gm)].map(([, name, type]) => [name!, type!] as const),
  ),
)

/** The types of outcomes, as text. */
export const outcomeTypes = read('operation-events')

/** The fields that an event has, in their order. */
export function fieldsOf(event: string): string[] {
  const type = eventTypes.get(event)!
  const fields = [...type.matchAll(/^ *(\w+)\??:/gm)].map(([, field]) => field!)
  return type.includes('SessionEvent') ? ['sid', ...fields] : fields
}
