import { defineCommand } from '../frame/command.ts'
import { exitCodes } from '../frame/errors.ts'

export const secret = defineCommand({
  name: 'secret',
  summary: 'Create a new secret and print it.',
  usage: '',
  details: `
48 random bytes, as 64 characters that need no quotes anywhere. Nothing is stored. To
write it to a file that only you can read:
  touch .env && chmod 600 .env &&
  echo "SESSION_SECRET=$(npx stored-session secret)" >> .env`,
  options: {},
  async run({ output }) {
    const { newSecret } = await import('../../keys/envelope/dated-keys.ts')
    const made = newSecret()
    output.print({ secret: made }, made)
    return exitCodes.ok
  },
})
