import { rmSync } from 'node:fs'
import { temporaryFolder } from '../harness/temporary-folder.ts'
import { billOfMaterials } from './bill-of-materials.ts'

// Prints the bill of materials that a release has.
const folder = temporaryFolder('sbom')
process.env.TMPDIR = folder
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
console.log(await billOfMaterials())
