import { readFileSync } from 'node:fs'
import { notesOf } from './changelog.ts'

// Prints what the changelog says about the version of package.json, which must be that of the tag, if one is given.
const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')
const { version } = JSON.parse(read('package.json')) as { version: string }
const [tag] = process.argv.slice(2)
if (tag !== undefined && tag !== `v${version}`) throw new Error(`the tag is ${tag}, and package.json has ${version}`)
console.log(notesOf(read('CHANGELOG.md'), version))
