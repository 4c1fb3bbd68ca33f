import { readFileSync } from 'node:fs'

const root = new URL('../../', import.meta.url)

/** The names of the values that the entries of the package export, without those that are internal. */
export function exportedValues(): string[] {
  const { exports } = JSON.parse(readFileSync(new URL('package.json', root), 'utf8')) as {
    exports: Record<string, { default: string } | string>
  }
  const entries = Object.values(exports).flatMap((entry) => (typeof entry === 'string' ? [] : entry.default))
  const names = entries.flatMap((entry) => valuesIn(entry.replace('./dist/', 'src/').replace(/\.js$/, '.ts')))
  return [...new Set(names)].filter((name) => name !== 'default' && name !== 'module.exports').sort()
}

function valuesIn(path: string): string[] {
  const url = new URL(path, root)
  const text = readFileSync(url, 'utf8')
  const own = text.matchAll(/(?<!@internal \*\/\n)^export (?:async )?(?:const|class|function) (\w+)/gm)
  const listed = [...text.matchAll(/^export \{([^}]*)\}/gm)].flatMap(([, list]) =>
    list!
      .split(',')
      .map((item) => item.trim())
      .filter((item) => item !== '' && !item.startsWith('type '))
      .map((item) => item.replace(/^.* as /, '').replaceAll(/['"]/g, '')),
  )
  const others = [...text.matchAll(/^export \* from '(.+)'/gm)].flatMap(([, target]) =>
    valuesIn(new URL(target!, url).href),
  )
  return [...[...own].map(([, name]) => name!), ...listed, ...others]
}
