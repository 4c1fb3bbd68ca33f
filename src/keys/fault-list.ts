import { InvalidOptionsError } from '../errors.ts'

/** An introduction and its faults: one fault on the same line, several as a list with one line each. */
export function faultList(intro: string, faults: readonly string[]): string {
  return faults.length === 1 ? `${intro}: ${faults[0]}` : [`${intro}:`, ...faults].join('\n- ')
}

/**
 * Throws if options have faults.
 *
 * @param faults - each a sentence that begins with the name of the option
 * @param owner - the function that accepts the options, for messages about options that the plugin itself does not have
 * @throws `FST_STORED_SESSION_INVALID_OPTIONS`, naming every fault, when `faults` is not empty
 */
export function refuseFaults(faults: readonly string[], owner?: string): void {
  if (faults.length === 0) return
  const intros = [...(owner ? [owner] : []), ...(faults.length > 1 ? ['invalid options'] : [])]
  throw new InvalidOptionsError(intros.length > 0 ? faultList(intros.join(': '), faults) : faults[0])
}
