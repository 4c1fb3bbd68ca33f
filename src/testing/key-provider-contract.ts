import type { KeyProvider } from '../keys/key-provider.ts'
import { KeyProviderChecks, type KeyProviderSubject } from './key-provider-checks.ts'
import type { ContractCheck } from './storage/contract-rows.ts'

/**
 * The store's requirements for a {@link KeyProvider}, as checks for your own tests. Every provider of this package
 * passes them.
 *
 * @param subject - how to create the provider
 * @returns the checks, in any order
 * @example
 * ```ts
 * for (const { name, run } of keyProviderContract({ create: () => envKeys() })) test(name, run)
 * ```
 */
export function keyProviderContract(subject: KeyProviderSubject): ContractCheck[] {
  const checks = new KeyProviderChecks(subject)
  const { formerIds = [], makeKey, createUnreachable } = subject
  return [
    check('the current key has an unsigned 32-bit id and 32 bytes, and is not revoked', () => checks.current()),
    check('the current key is found by its id', () => checks.findsCurrent()),
    check('what is found by an id has this id, or is undefined', () => checks.findsNoOther()),
    check('a key keeps its id and its bytes, however many ask for it at once', () => checks.staysTheSame()),
    check('what was sealed before a restart opens after it', () => checks.outlivesRestarts()),
    check('no inspection and no JSON of the provider or of a key shows the key', () => checks.hidesKeys()),
    ...formerIds.map((id) => check(`the former key ${id} is found, and is a key of its own`, () => checks.former(id))),
    ...optional(makeKey, 'a key that others made is found, after refresh() at the latest', (make) =>
      checks.learns(make),
    ),
    ...optional(createUnreachable, 'a key that cannot be asked for is an error, and never undefined', (create) =>
      checks.fails(create),
    ),
  ]
}

const check = (name: string, run: () => Promise<void>): ContractCheck => ({ name, run })

function optional<Given>(
  given: Given | undefined,
  name: string,
  run: (given: Given) => Promise<void>,
): ContractCheck[] {
  return given === undefined ? [] : [check(name, () => run(given))]
}
