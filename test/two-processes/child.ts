import { commands } from './commands.ts'

/** One call of the parent, and its number, under which the answer goes back. */
export interface Call {
  number: number
  name: keyof typeof commands
  args: unknown[]
}

export interface CallAnswer {
  number: number
  result?: unknown
  failure?: string
}

process.on('message', async ({ number, name, args }: Call) => {
  const answer = await run(name, args).then(
    (result) => ({ number, result }),
    (error) => ({ number, failure: String(error.stack ?? error) }),
  )
  process.send!(answer satisfies CallAnswer)
})
process.on('disconnect', () => process.exit())
process.send!({ number: 0 } satisfies CallAnswer)

async function run(name: Call['name'], args: unknown[]): Promise<unknown> {
  return (commands[name] as (...args: unknown[]) => unknown)(...args)
}
