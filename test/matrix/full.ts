import type { TestDatabase } from '../harness/databases.ts'
import { sumOf } from './combination.ts'
import { allCombinations } from './combinations.ts'
import { type Extent, inWords, runMatrix, shareOf } from './matrix.ts'
import { scenariosOf } from './scenarios.ts'

/** How much of the matrix is run, and which part of it. */
export interface Part extends Extent {
  /** Of all combinations, from 0 to 1. */
  readonly share: number
  /** Words that the names of features contain, and all of the operations. */
  readonly features?: string | undefined
  readonly operations?: readonly string[] | undefined
}

/** The part of the matrix that the environment asks for. */
export function matrixPart(share: number): Part {
  const { MATRIX_SEED, MATRIX_MOST, MATRIX_SHARE } = process.env
  return {
    seed: Number(MATRIX_SEED || Math.floor(Math.random() * 2 ** 31)),
    most: Number(MATRIX_MOST || 20),
    share: Number(MATRIX_SHARE || share),
  }
}

export const settingOf = ({ seed, most, share }: Part) =>
  `MATRIX_SEED=${seed} MATRIX_MOST=${most} MATRIX_SHARE=${share}`

export function combinationsOf({ share, seed, features = '', operations }: Part) {
  const all = [...Object.values(scenariosOf).flat(), ...allCombinations()].filter(
    (combination) =>
      combination.name.includes(features) && (!operations || combination.operations.join() === operations.join()),
  )
  return shareOf(all, share, seed)
}

/** Runs a part of the matrix, and prints a line for each combination that did damage. @returns how many did */
export async function runPart(database: TestDatabase, part: Part): Promise<{ runs: number; damaged: number }> {
  const table: object[] = []
  let runs = 0
  await runMatrix(database, combinationsOf(part), part, (result) => {
    const { name, operations, tally } = result
    runs += tally.interleavings
    if (sumOf(tally) === 0) return
    const { interleavings, isEvery, damages } = tally
    table.push({ operations: operations.join(' + '), features: name, interleavings, isEvery, ...damages })
    console.error(`${operations.join(' + ')}\n${name}\n${inWords(result).join('\n')}\n`)
  })
  console.table(table)
  console.log(`${database.name}: ${runs} races, ${table.length} combinations with damage, ${settingOf(part)}`)
  return { runs, damaged: table.length }
}
