import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, test } from 'node:test'
import { commands as commandLine } from '../../src/cli/commands.ts'
import * as errors from '../../src/errors.ts'
import { eventChannelNames } from '../../src/instruments/channels.ts'
import { operationNames } from '../../src/instruments/operation.ts'
import { checkOptions, hostOptionNames, ownOptionNames } from '../../src/plugin/options.ts'
import { checkStoreOptions } from '../../src/store/options/check-store-options.ts'
import { OptionChecks } from '../../src/store/options/option-checks.ts'
import { storeOptionNames } from '../../src/store/options/store-options.ts'
import { gauges } from '../../src/telemetry/gauges.ts'
import { metrics, prometheusName } from '../../src/telemetry/metrics.ts'
import { eventTypes, fieldsOf, outcomeTypes } from './event-types.ts'
import { blocks, codeIn, manual, table } from './readme-text.ts'

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')
const packageJson = JSON.parse(read('package.json'))
const options = table('option').map(([name, value]) => ({ name: codeIn(name!)[0]!, value: value! }))
const sound = { database: 'sqlite:sessions.db', secret: 'correct horse battery staple, thirty-two and more' }

/** All options as the code completes them. */
function completed(changes: object): Record<string, unknown> {
  const all = { ...sound, ...changes }
  const { keys, ...store } = checkStoreOptions(all, new OptionChecks())
  const { host, onUnavailable } = checkOptions(all)
  return { ...store, ...host, onUnavailable }
}

describe('the table of options', () => {
  test('has exactly the options that there are', () => {
    assert.deepEqual(
      options.map(({ name }) => name).toSorted(),
      [...storeOptionNames, ...hostOptionNames, ...ownOptionNames].toSorted(),
    )
  })

  test('has the defaults that they have', () => {
    // A default that the host adds is not seen here.
    const stated = options.filter(
      ({ name, value }) => codeIn(value).length > 0 && !['keys', 'algorithm'].includes(name),
    )
    assert.ok(stated.length > 12)
    for (const { name, value } of stated) {
      const standard = new Function(`return ${codeIn(value)[0]}`)() as unknown
      assert.deepEqual(completed({ [name]: standard }), completed({}), `${name}: ${value}`)
      assert.notEqual(standard, undefined, name)
    }
    assert.equal(completed({ database: 'postgres://h/d' }).migrate, false)
  })

  test('names the flags of the cookie that are taken', () => {
    const [, , meaning] = table('option').find(([name]) => name === '`cookie`')!
    const flags = codeIn(meaning!)
    const faultOf = (flag: string) => {
      try {
        checkOptions({ ...sound, cookie: { [flag]: Symbol() } as object })
        return 'none'
      } catch (error) {
        return (error as Error).message
      }
    }
    for (const flag of flags) assert.match(faultOf(flag), new RegExp(`cookie.${flag} must be`))
    assert.match(faultOf('other'), /cookie.other is not an option/)
  })
})

test('the table of errors has exactly the codes that there are, with their status', () => {
  const stated = table('code').map(([code, status]) => [codeIn(code!)[0], Number(status)])
  const actual = Object.values(errors).map((Fault) => {
    const { code, statusCode } = new Fault('', '', '')
    return [code, statusCode]
  })
  assert.deepEqual(stated.toSorted(), actual.toSorted())
})

test('the reasons why a session is over are those of the code', () => {
  const [, type] = /type EndReason =([\s\S]+?)\n\n/.exec(read('src/database/contract/session-row.ts'))!
  const paragraph = /`request.sessionEndReason` says[\s\S]*?\n\n/.exec(manual.get('docs/methods.md')!)![0]
  const stated = codeIn(paragraph).filter((code) => code.startsWith("'"))
  assert.deepEqual(stated.toSorted(), type!.match(/'\w+'/g)!.toSorted())
})

describe('the page about instrumentation', () => {
  const channelsIn = (heading: string) =>
    table(heading).map(([name]) => codeIn(name!)[0]!.replace('stored-session:', ''))
  const bodyOf = (path: string, what: string) => new RegExp(`${what} \\{([\\s\\S]*?)\\n\\}`).exec(read(path))![1]!

  test('has the channels that there are', () => {
    assert.deepEqual(channelsIn('tracing channel'), [...operationNames])
    assert.deepEqual(channelsIn('channel'), [...eventChannelNames])
  })

  test('has the outcomes that operations have', () => {
    const types = `${outcomeTypes}\n\n${read('src/database/contract/session-row.ts')}`
    for (const [name, outcomes] of table('tracing channel')) {
      const [, operation] = /:(\w+)`/.exec(name!)!
      const [, type] = /OperationOf<(.+)>/.exec(eventTypes.get(operation!)!)!
      assert.deepEqual(codeIn(outcomes!).toSorted(), [...literalsOf(type!, types), 'failed'].toSorted(), operation)
    }
  })

  test('has the fields of an operation', () => {
    const body = bodyOf('src/instruments/operation.ts', 'interface SessionOperation')
    const fields = [...body.matchAll(/^ {2}(?:readonly )?(\w+)\??:/gm)].map(([, name]) => name)
    const stated = table('field').map(([name]) => codeIn(name!)[0])
    assert.deepEqual(stated.toSorted(), fields.toSorted())
  })

  test('has what the events carry', () => {
    for (const [name, , fields] of table('channel')) {
      const [, event] = /:(\w+)`/.exec(name!)!
      const actual = fieldsOf(event!).map((field) => field.replace('keys', 'conflicts'))
      assert.deepEqual(codeIn(fields!), actual, event)
    }
  })

  test('has the metrics that there are, with their labels', () => {
    const stated = table('metric').map(([name, labels]) => [codeIn(name!)[0], codeIn(labels!)])
    const actual = Object.values({ ...metrics, ...gauges }).map((metric) => [
      prometheusName(metric),
      [...metric.labels],
    ])
    assert.deepEqual(stated, actual)
  })

  test('names every event that can be listened to', () => {
    const page = manual.get('docs/instrumentation.md')!
    const paragraph = /`app.storedSession.on\(event, listener\)` notifies[\s\S]*?\n\n/.exec(page)![0]
    const stated = [
      ...codeIn(paragraph).filter((code) => /^\w+$/.test(code)),
      ...table('event without a channel').map(([name]) => codeIn(name!)[0]),
    ]
    assert.deepEqual(stated.toSorted(), [...eventTypes.keys()].toSorted())
  })
})

/** The words that a type consists of, with those of the types that it names. */
function literalsOf(type: string, types: string): string[] {
  const parts = type.split('|').filter((part) => part.trim() !== '')
  return parts.flatMap((part) => {
    const [, word] = /'(\w+)'/.exec(part) ?? []
    if (word) return word
    const [, meant] = new RegExp(`type ${part.trim()} =([\\s\\S]+?)\\n\\n`).exec(types)!
    return literalsOf(meant!, types)
  })
}

describe('the commands in the README and in the pages that go on', () => {
  const commands = blocks('sh').flatMap((block) => block.trim().split('\n'))

  test('are scripts of this package, or install what it needs', () => {
    const wanted = new Set([packageJson.name, ...Object.keys(packageJson.peerDependencies)])
    for (const command of commands.filter((line) => line.startsWith('npm '))) {
      const [, script, rest] = /^npm (?:run )?([\w:]+)(.*)/.exec(command)!
      if (script === 'install')
        for (const name of rest!.trim().split(' ')) assert.ok(!name || wanted.has(name), command)
      else if (script !== 'ci') assert.ok(script! in packageJson.scripts, command)
      for (const [path] of command.matchAll(/\btest\/[\w./-]+/g)) assert.ok(existsSync(path), command)
    }
  })

  test('are commands of the command line', () => {
    const names = commands.flatMap((line) => /npx stored-session ([\w-]+)/.exec(line)?.slice(1) ?? [])
    assert.ok(names.length > 5)
    assert.deepEqual(
      names.filter((name) => !commandLine.some((command) => command.name === name)),
      [],
    )
  })

  test('migrate as the message does that asks for it', () => {
    const [, command] = /'DATABASE_URL=… (npx .+?)'/.exec(read('src/database/sql/missing-table.ts'))!
    assert.ok(commands.some((line) => line.endsWith(command!)))
    assert.ok('stored-session' in packageJson.bin)
  })
})

test('the links in the README and in the pages that go on lead somewhere', () => {
  for (const [page, text] of manual) {
    for (const [, target] of text.matchAll(/\]\(([^)]+)\)/g)) {
      if (target!.startsWith('https://')) continue
      const [path, heading] = target!.split('#') as [string, string | undefined]
      const file = path === '' ? page : join(dirname(page), path)
      assert.ok(existsSync(file), `${page}: ${target}`)
      if (heading) assert.ok(headingsOf(read(file)).includes(heading), `${page}: ${target}`)
    }
  }
})

/** The headings of a page as links name them. */
function headingsOf(page: string): string[] {
  const slug = (text: string) => text.toLowerCase().replaceAll(/[^\w -]/g, '')
  return [...page.matchAll(/^#+ (.+)$/gm)].map(([, text]) => slug(text!).replaceAll(' ', '-'))
}
