import { within } from '../../../database/patience.ts'
import type { Examination } from '../examination.ts'
import { type Found, fault, ok, warning } from '../finding.ts'
import type { Patient } from '../patient.ts'
import { connectionRemedy, shownDatabase, wordsOf } from '../words.ts'

/** Statements of which the middle one tells the latency. */
const PINGS = 5
/** Every request waits for one statement; milliseconds. */
const SLOW_MS = 100

/** Connects, measures how long a statement is on its way, and looks who else has access. */
export async function checkConnection(patient: Patient, examination: Examination): Promise<Found[]> {
  const found = await checkLatency(patient, examination)
  return found.level === 'fault' ? [found] : [found, ...(await examination.exposure())]
}

async function checkLatency(patient: Patient, { ping }: Examination): Promise<Found> {
  const name = shownDatabase(patient.database)
  try {
    await within(patient.operationTimeout, ping())
    const latency = await middleOf(() => within(patient.operationTimeout, ping()))
    const message = `${name} answers in ${latency.toFixed(1)} ms`
    if (latency < SLOW_MS) return ok(message)
    return warning(message, 'Every request waits this long: move application and database closer together')
  } catch (error) {
    return fault(`${name} cannot be reached: ${wordsOf(error)}`, connectionRemedy(error))
  }
}

async function middleOf(work: () => Promise<void>): Promise<number> {
  const times: number[] = []
  for (let count = 0; count < PINGS; count++) {
    const begun = performance.now()
    await work()
    times.push(performance.now() - begun)
  }
  return times.sort((one, other) => one - other)[Math.floor(PINGS / 2)]!
}
