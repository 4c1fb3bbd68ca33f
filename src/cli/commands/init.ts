import { defineCommand } from '../frame/command.ts'
import { CommandError, exitCodes, UsageError } from '../frame/errors.ts'
import { confirmationOption } from '../frame/options.ts'
import type { Output } from '../frame/output.ts'
import type { InitPlan } from '../init/plan.ts'
import type { PlannedFile } from '../project/written-file.ts'

export const init = defineCommand({
  name: 'init',
  summary: 'Write a configuration, lines for .env.example and a secret.',
  usage: '[--driver NAME] [--dry-run | --yes] [--force]',
  details: `
Reads the driver and the language from package.json, shows what it will write, and
asks for confirmation. It can be repeated, and adds only what is missing. If git
ignores .env, the secret is written there, and only you can read the file then (mode
600). Otherwise it is printed once to stdout. Symbolic links are not followed. The
command also shows the code that registers the plugin.`,
  options: {
    driver: { type: 'string', value: 'NAME', description: 'postgres, pg, mysql2 or better-sqlite3' },
    'dry-run': { type: 'boolean', description: 'only show what would be written' },
    force: { type: 'boolean', description: 'replace a configuration that has other content' },
    ...confirmationOption,
  },
  async run({ values, output, confirm }) {
    const { projectIn } = await import('../project/project.ts')
    const { driverOf } = await import('../project/installed.ts')
    const { initPlan } = await import('../init/plan.ts')
    const { newSecret } = await import('../../keys/envelope/dated-keys.ts')
    const { refuseUnsafe } = await import('../project/file-access.ts')
    const folder = process.cwd()
    const project = projectIn(folder)
    if (!project) throw new CommandError('there is no package.json in this folder; create one with: npm init')
    const driver = driverOf(values.driver, project)
    const isRehearsal = values['dry-run'] === true
    const plan = initPlan(project, driver, isRehearsal ? () => '(a new one)' : newSecret)
    const files = plan.files.filter(({ state }) => state !== 'same' && (state !== 'other' || values.force))
    for (const file of files) refuseUnsafe(folder, file)
    show(plan, files, output)
    if (!isRehearsal && files.length > 0) {
      await agreed(values.yes === true, confirm)
      const { writeFile } = await import('../project/written-file.ts')
      for (const file of files) writeFile(folder, file)
      output.message(`Wrote ${files.map(({ path }) => path).join(', ')}.`)
      for (const { path, openMode } of files)
        if (openMode) output.message(`${path} had mode ${openMode}, and has 600 now.`)
    }
    tell(plan, isRehearsal ? [] : files, output)
    if (files.length > 0) tellNext(plan, output)
    return exitCodes.ok
  },
})

function show({ files: all }: InitPlan, files: readonly PlannedFile[], output: Output): void {
  for (const { path, state, openMode } of all) {
    if (state === 'other' && !files.some((file) => file.path === path))
      output.message(`${path} exists with other content and was kept; --force replaces it.`)
    if (state === 'same' && openMode !== undefined)
      output.message(
        `Other users of this machine can read ${path} (mode ${openMode}), which has a secret: chmod 600 ${path}`,
      )
  }
  if (files.length === 0) output.message('There is nothing to do.')
  for (const { path, state, added, openMode } of files) {
    const what = { new: 'New', longer: 'Added to', other: 'Replaced', same: '' }[state]
    const narrowed = openMode ? `, whose mode ${openMode} becomes 600, so that only its owner can read the secret` : ''
    output.message(`${output.paintMessage('bold', `${what} ${path}${narrowed}:`)}\n`)
    output.message(hidden(added).replaceAll(/^(?=.)/gm, '  '))
  }
}

// A terminal keeps its output, so it must not show a secret.
const hidden = (text: string) => text.replaceAll(/^(SESSION_SECRET=).{8,}$/gm, '$1(a new one)')

async function agreed(isAgreed: boolean, confirm: (question: string) => Promise<void>): Promise<void> {
  if (!isAgreed && !(process.stdin.isTTY && process.stderr.isTTY)) {
    throw new UsageError('nothing was written, because there is no terminal for the confirmation; pass --yes')
  }
  await confirm('Write this?')
}

function tell({ snippet, secretToTell }: InitPlan, files: readonly PlannedFile[], output: Output): void {
  const isTold = secretToTell !== undefined && files.length > 0
  const line = isTold ? `SESSION_SECRET=${secretToTell}` : ''
  const data = { written: files.map(({ path }) => path), snippet, ...(isTold && { secret: secretToTell }) }
  output.message(`Registered in the application:\n\n${snippet.replaceAll(/^(?=.)/gm, '  ')}`)
  if (isTold) {
    output.message(
      'git does not ignore .env here, so the secret was not written to a file. Store it yourself; it is shown once:',
    )
  }
  output.print(data, line)
}

function tellNext(plan: InitPlan, output: Output): void {
  const { files, missingPackages, needsRunner, secretToTell, committedFile, missingUrl, pushed } = plan
  if (committedFile !== undefined)
    output.message(`git would commit the session database; ignore it: echo '${committedFile}*' >> .gitignore`)
  if (pushed !== undefined)
    output.message(
      `drizzle-kit push drops the tables of the sessions, unless your schema has them; add to ${pushed.config}: ${pushed.setting}`,
    )
  const isJavaScript = files.some(({ path }) => path.endsWith('.js'))
  const variables = secretToTell === undefined ? ' --env .env' : ''
  if (missingUrl !== undefined) output.message(`Add the URL of your database to .env: DATABASE_URL=${missingUrl}`)
  const steps = [
    ...(missingPackages.length > 0 ? [`npm install ${missingPackages.join(' ')}`] : []),
    ...(needsRunner ? ['npm install --save-dev tsx'] : []),
    `npx stored-session migrate${variables}`,
    `npx stored-session doctor${variables}`,
    // How an application in TypeScript is started is its own decision.
    ...(secretToTell === undefined && isJavaScript ? ['node --env-file=.env app.js'] : []),
  ]
  output.message(`Next:\n${steps.map((step) => `  ${step}`).join('\n')}`)
}
