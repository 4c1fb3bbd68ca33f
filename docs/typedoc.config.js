// The reference of every entry point in package.json, from the comments in src/.
import { readFileSync } from 'node:fs'

const { exports } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
const typed = Object.values(exports).filter(({ types }) => types)

export default {
  entryPoints: typed.map(({ types }) => types.replace(/^\.\/dist\/(.*)\.d\.ts$/, '../src/$1.ts')),
  tsconfig: '../tsconfig.build.json',
  plugin: ['typedoc-plugin-markdown'],
  out: 'api',
  name: 'API reference',
  readme: 'none',
  excludeExternals: true,
  excludeInternal: true,
  excludePrivate: true,
  excludeProtected: true,
  disableGit: true,
  disableSources: true,
  treatWarningsAsErrors: true,
  validation: {
    notExported: true,
    invalidLink: true,
    invalidPath: true,
    rewrittenLink: true,
    notDocumented: true,
    unusedMergeModuleWith: true,
  },
  // A page for each entry point: with a page for each name, the sidebar alone would be most of every page.
  outputFileStrategy: 'modules',
  entryFileName: 'index',
  hidePageHeader: true,
  hideBreadcrumbs: true,
  useCodeBlocks: true,
  parametersFormat: 'table',
  groupOrder: ['Functions', 'Classes', 'Interfaces', 'Type Aliases', 'Variables'],
  expandObjects: true,
  typeDeclarationVisibility: 'verbose',
}
