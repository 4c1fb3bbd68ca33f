import { mkdirSync, writeFileSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { npm, run } from './package.ts'

/** A Node to run projects with. */
export interface Node {
  readonly major: number
  /** For processes that shall use it, npm and npx among them. */
  readonly env: NodeJS.ProcessEnv
}

/** The Node that runs this, or else one that npm installs. */
export async function nodeOf(major: number, folder: string): Promise<Node> {
  const isThis = process.versions.node.startsWith(`${major}.`)
  const programs = isThis ? dirname(process.execPath) : await installedNode(major, folder)
  const env = { ...process.env, PATH: `${programs}${delimiter}${process.env.PATH}` }
  const { stdout } = await run('node', ['--version'], { env })
  if (!stdout.startsWith(`v${major}.`)) throw new Error(`asked for Node ${major}, and got ${stdout}`)
  return { major, env }
}

async function installedNode(major: number, folder: string): Promise<string> {
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true }))
  await npm(['install', `node@${major}`], { cwd: folder })
  return join(folder, 'node_modules', 'node', 'bin')
}
