import type { KeyStatus } from '../../store/management/key-status.ts'
import { defineCommand } from '../frame/command.ts'
import { exitCodes } from '../frame/errors.ts'
import type { Output } from '../frame/output.ts'
import { inColumns, printable, shortTime } from '../frame/output.ts'

export const keys = defineCommand({
  name: 'keys',
  summary: 'Show the state of each key and how many sessions it has sealed, or create a new key.',
  usage: '[--new]',
  details: `
Reads the whole table. A key that has sealed nothing and is not the current one can be removed. Keys themselves are never
shown, except the new key of --new, in the form for envKeys() and SESSION_KEYS: id:key.`,
  options: {
    new: { type: 'boolean', description: 'create a new key and print it; nothing is stored' },
  },
  async run({ values, output, openStore }) {
    if (values.new) {
      const { newKey } = await import('../../keys/envelope/dated-keys.ts')
      const made = newKey()
      output.print(made, `${made.id}:${made.key}`)
      output.message(ADVICE)
      return exitCodes.ok
    }
    const store = await openStore({ needsKeys: true })
    printKeys(output, await store.keyStatus())
    return exitCodes.ok
  },
})

const ADVICE =
  'Put it first in SESSION_KEYS, restart all processes of the application, and run: npx stored-session reencrypt'

const HEADINGS = ['KEY', 'NAME', 'STATE', 'SINCE', 'SESSIONS']
/** Shown with the option `history`. */
const EVENTS = 'EVENTS'

function printKeys(output: Output, status: readonly KeyStatus[]): void {
  const data = status.map(({ name = null, since = null, ...key }) => ({ ...key, name, since }))
  const hasEvents = status.some(({ events }) => events !== undefined)
  const rows = status.map(({ id, name, state, since, rows, events }) => [
    id === null ? 'none' : `${id}`,
    name === undefined ? '-' : printable(name),
    state,
    since ? shortTime(since) : '-',
    `${rows}`,
    ...(hasEvents ? [`${events ?? 0}`] : []),
  ])
  output.print({ keys: data }, inColumns([hasEvents ? [...HEADINGS, EVENTS] : HEADINGS, ...rows]))
  const lost = status.filter(({ state }) => state === 'unknown')
  if (lost.length > 0) {
    output.message(
      'Sessions of unknown keys cannot be decrypted: their users sign in again. Check that no earlier key is missing here.',
    )
  }
}
