import { relative } from 'node:path'
import { type Node, SyntaxKind } from 'typescript/unstable/ast'
import { API, type Symbol as Exported, type Project, SymbolFlags } from 'typescript/unstable/sync'
import { type Docstring, docstringOf } from './docstring.ts'
import { entryPoints, repository } from './entry-points.ts'

/** A name that users of the package can see, with what its comment says. */
export interface PublicName {
  /** Its entry point and path: `./testing signIn(data)`. */
  readonly name: string
  readonly kind: 'function' | 'class' | 'variable' | 'type' | 'member' | 'parameter'
  readonly file: string
  /** Whether an exported type only extends it. */
  readonly isInherited: boolean
  readonly isOptional: boolean
  readonly docstring: Docstring
}

/** Every name that the entry points export, with its members and parameters. */
export function publicNames(): PublicName[] {
  const api = new API({ cwd: repository })
  try {
    const snapshot = api.updateSnapshot({ openProjects: [`${repository}tsconfig.build.json`] })
    const walk = new Walk(snapshot.getProjects()[0]!)
    for (const [entry, file] of entryPoints()) walk.entryPoint(entry, file)
    walk.inherited()
    snapshot.dispose()
    return walk.found
  } finally {
    api.close()
  }
}

/** Members of types, however deep they are. */
const MEMBERS: readonly number[] = [
  SyntaxKind.PropertySignature,
  SyntaxKind.PropertyDeclaration,
  SyntaxKind.MethodSignature,
  SyntaxKind.MethodDeclaration,
  SyntaxKind.GetAccessor,
  SyntaxKind.PropertyAssignment,
]
const CALLABLE: readonly number[] = [
  SyntaxKind.MethodSignature,
  SyntaxKind.MethodDeclaration,
  SyntaxKind.Constructor,
  SyntaxKind.CallSignature,
  SyntaxKind.FunctionDeclaration,
]
const HIDDEN: readonly number[] = [SyntaxKind.PrivateKeyword, SyntaxKind.ProtectedKeyword]

const KINDS: Record<number, PublicName['kind']> = {
  [SyntaxKind.FunctionDeclaration]: 'function',
  [SyntaxKind.ClassDeclaration]: 'class',
  [SyntaxKind.VariableDeclaration]: 'variable',
  [SyntaxKind.InterfaceDeclaration]: 'type',
  [SyntaxKind.TypeAliasDeclaration]: 'type',
}

/** A node as this walk reads it: the properties that nodes of some kinds have. */
interface Loose {
  readonly name?: Node & { readonly text?: string }
  readonly modifiers?: readonly Node[]
  readonly parameters?: readonly Node[]
  readonly initializer?: Node
  readonly body?: Node
  readonly expression?: Node
  readonly questionToken?: Node
  readonly postfixToken?: Node
  readonly jsDoc?: readonly Node[]
}
const loose = (node: Node) => node as Node & Loose

class Walk {
  readonly found: PublicName[] = []
  readonly #project: Project
  readonly #seen = new Set<number>()
  /** What exported types extend: after all exports, because most of it is exported itself. */
  readonly #extended: [symbol: Exported, name: string][] = []

  constructor(project: Project) {
    this.#project = project
  }

  entryPoint(entry: string, file: string): void {
    const { program, checker } = this.#project
    const module = checker.getSymbolAtLocation(program.getSourceFile(`${repository}${file}`)!)!
    for (const exported of checker.getExportsOfModule(module)) this.#symbol(exported, `${entry} ${exported.name}`)
  }

  inherited(): void {
    for (const [symbol, name] of this.#extended) this.#symbol(symbol, name)
  }

  #symbol(exported: Exported, name: string): void {
    const { checker } = this.#project
    const symbol = exported.flags & SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported
    if (this.#seen.has(symbol.id)) return
    this.#seen.add(symbol.id)
    for (const handle of symbol.declarations) {
      const declaration = handle.resolve(this.#project)
      if (declaration && this.#isOurs(declaration)) this.#declaration(declaration, name)
    }
  }

  #isOurs = (node: Node) => node.getSourceFile().fileName.startsWith(`${repository}src/`)

  #declaration(node: Node, name: string): void {
    const statement = node.kind === SyntaxKind.VariableDeclaration ? node.parent.parent : node
    const docstring = docstringAt(statement as Node)
    if (docstring.isInternal) return
    const { initializer } = loose(node)
    const isFunction = initializer?.kind === SyntaxKind.ArrowFunction
    const kind = isFunction || isPlugin(initializer) ? 'function' : KINDS[node.kind]
    if (kind === undefined) return
    this.#add(node, name, kind, docstring)
    if (isFunction) this.#parameters(initializer, name, docstring)
    if (CALLABLE.includes(node.kind)) this.#parameters(node, name, docstring)
    this.#inside(node, name)
  }

  /** The members below a node, and what its types extend. */
  #inside(node: Node, name: string): void {
    node.forEachChild((child) => {
      if (child.kind === SyntaxKind.HeritageClause) this.#noteExtended(child as Node, name)
      else if (!isImplementation(child as Node)) this.#child(child as Node, name)
      return undefined
    })
  }

  #child(node: Node, parent: string): void {
    const isMember = MEMBERS.includes(node.kind)
    if (!isMember && !CALLABLE.includes(node.kind)) return this.#inside(node, parent)
    const { name: own, modifiers = [] } = loose(node)
    if (own?.kind === SyntaxKind.PrivateIdentifier || modifiers.some(({ kind }) => HIDDEN.includes(kind))) return
    const docstring = docstringAt(node)
    if (docstring.isInternal || isBehindOverloads(node)) return
    const name = own ? `${parent}.${own.getText()}` : `${parent}()`
    // What a call signature or a constructor does, the type says.
    if (isMember) this.#add(node, name, 'member', docstring)
    if (CALLABLE.includes(node.kind)) this.#parameters(node, name, docstring)
    this.#inside(node, name)
  }

  #parameters(node: Node, name: string, { params }: Docstring): void {
    for (const [index, parameter] of (loose(node).parameters ?? []).entries()) {
      const own = loose(parameter).name!
      // A parameter that is taken apart has no name of its own.
      const title = own.kind === SyntaxKind.Identifier ? own.getText() : (params[index] ?? 'options')
      const summary = params.includes(title) ? title : ''
      const docstring = { ...docstringOf(''), summary }
      this.#add(parameter, `${name}(${title})`, 'parameter', docstring)
    }
  }

  #noteExtended(clause: Node, name: string): void {
    const { checker } = this.#project
    const visit = (node: Node): void => {
      if (node.kind === SyntaxKind.Identifier) {
        const symbol = checker.getSymbolAtLocation(node)
        if (symbol) this.#extended.push([symbol, `${name}:${symbol.name}`])
      }
      node.forEachChild((child) => void visit(child as Node))
    }
    visit(clause)
  }

  #add(node: Node, name: string, kind: PublicName['kind'], docstring: Docstring): void {
    const { questionToken, postfixToken } = loose(node)
    const isOptional = (questionToken ?? postfixToken)?.kind === SyntaxKind.QuestionToken
    const file = relative(repository, node.getSourceFile().fileName)
    this.found.push({ name, kind, file, isInherited: name.includes(':'), isOptional, docstring })
  }
}

/** Whether a variable is a plugin of Fastify. */
const isPlugin = (initializer: Node | undefined) =>
  initializer?.kind === SyntaxKind.CallExpression && loose(initializer).expression?.getText() === 'fastifyPlugin'

/** What only the implementation sees. The object that an arrow function returns is its type. */
const isImplementation = ({ kind }: Node) => kind === SyntaxKind.Block || kind === SyntaxKind.CallExpression

/** Whether other signatures of a class are what users see in place of this one. */
function isBehindOverloads(node: Node): boolean {
  const { members = [] } = node.parent as { members?: readonly Node[] }
  const isOverload = (other: Node) => other.kind === node.kind && nameOf(other) === nameOf(node) && !loose(other).body
  return loose(node).body !== undefined && members.some(isOverload)
}

const nameOf = (node: Node) => loose(node).name?.getText()

function docstringAt(node: Node): Docstring {
  return docstringOf(loose(node).jsDoc?.at(-1)?.getText() ?? '')
}
