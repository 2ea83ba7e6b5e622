import { readFileSync, realpathSync } from 'node:fs'
import { join, relative } from 'node:path'
import {
  type ClassDeclaration,
  type FunctionDeclaration,
  type Identifier,
  type Node,
  type ObjectLiteralExpression,
  type PropertyAssignment,
  type ShorthandPropertyAssignment,
  type Statement,
  SyntaxKind,
  type TypeNode,
  type VariableStatement,
} from 'typescript/unstable/ast'
import { isTypeNode } from 'typescript/unstable/ast/is'
import { API, type Symbol as ProgramSymbol, type Project, SymbolFlags } from 'typescript/unstable/sync'

/** A file that was reached: whether a step of it was, and the other files that its steps lead on to. */
export type ReachedFile = { path: string; lines: number; has_steps: boolean; leads_to: string[] }

/** Where a walk begins: the name of a function, class or constant at the top level of a file, as `src/file.ts#name`. */
export type Entry = string

/**
 * The files of `src` that the program comes to from some entries, in the order of their paths. A walk is from one top-level
 * declaration (function, class, constant) to the next:
 *
 * - A declaration leads to every declaration whose value it names, in its own file or in another one. Types do not count.
 * - A call of a method whose object has a type of `src` leads to the function that returns this type, or to the class that
 *   implements it, if there is exactly one. This is how a reader gets past what is passed in as a parameter.
 *
 * Some of these declarations are steps: what runs when the program passes, and what a reader has to follow. A step is a function, a
 * class, or a constant that is a function or an object with one among its members, that the entries lead to by way of steps alone.
 * All the rest is data, which stands there before anything passes: schemas, samples, texts, tables. A function that only data names
 * is a part of it, as the check inside a schema is.
 *
 * Each file that was reached counts as a whole. Throws if an entry does not exist.
 */
export function reachableFiles(root: string, entries: Entry[]): ReachedFile[] {
  const folder = realpathSync(root)
  const api = new API({ cwd: folder })
  try {
    const config = join(folder, 'tsconfig.json')
    const project = api.updateSnapshot({ openProjects: [config] }).getProject(config)
    if (!project) throw new Error(`${config} cannot be read.`)
    return new Walk(project, folder).run(entries)
  } finally {
    api.close()
  }
}

const typeMembers = new Set([SyntaxKind.PropertySignature, SyntaxKind.MethodSignature])
const typeDeclarations = new Set([
  SyntaxKind.TypeAliasDeclaration,
  SyntaxKind.InterfaceDeclaration,
  SyntaxKind.ModuleDeclaration,
  SyntaxKind.ImportDeclaration,
])

const functions = new Set([SyntaxKind.ArrowFunction, SyntaxKind.FunctionExpression, SyntaxKind.MethodDeclaration])

class Walk {
  readonly #project: Project
  readonly #root: string
  readonly #reached = new Set<Statement>()
  readonly #steps = new Set<Statement>()
  readonly #edges = new Map<string, Set<string>>()
  readonly #makers: Map<number, Statement[]>

  constructor(project: Project, root: string) {
    this.#project = project
    this.#root = root
    this.#makers = this.#findMakers()
  }

  run(entries: Entry[]): ReachedFile[] {
    for (const entry of entries) this.#steps.add(this.#find(entry))
    // A set is iterated in the order of insertion, and what is added meanwhile comes last: the walk is breadth first.
    for (const step of this.#steps) {
      for (const next of this.#nextOf(step)) {
        this.#reached.add(next)
        if (!isStep(next)) continue
        this.#steps.add(next)
        this.#edge(fileOf(step), fileOf(next))
      }
    }
    for (const declaration of this.#reached) {
      if (this.#steps.has(declaration)) continue
      for (const next of this.#nextOf(declaration)) this.#reached.add(next)
    }
    const withSteps = new Set([...this.#steps].map(fileOf))
    const files = [...new Set([...this.#reached, ...this.#steps].map(fileOf))].sort()
    return files.map((file) => ({
      path: relative(this.#root, file),
      lines: readFileSync(file, 'utf8').split('\n').length - 1,
      has_steps: withSteps.has(file),
      leads_to: [...(this.#edges.get(file) ?? [])].map((to) => relative(this.#root, to)).sort(),
    }))
  }

  #edge(from: string, to: string): void {
    const targets = this.#edges.get(from) ?? new Set()
    this.#edges.set(from, targets)
    if (from !== to) targets.add(to)
  }

  #find(entry: Entry): Statement {
    const [file = '', name = ''] = entry.split('#')
    const statements = this.#project.program.getSourceFile(join(this.#root, file))?.statements ?? []
    const found = statements.find((statement) => namesOf(statement).includes(name))
    if (!found) throw new Error(`There is no ${entry}. An entry is a declaration at the top level: src/file.ts#name.`)
    return found
  }

  #nextOf(declaration: Statement): Statement[] {
    const { checker } = this.#project
    const identifiers = valuesNamedIn(declaration)
    const symbols = checker.getSymbolAtLocation(identifiers)
    return identifiers.flatMap((identifier, index) => {
      const { parent } = identifier
      // In `{ name }` the identifier itself is the property; what matters is the value that it stands for.
      const shorthand = parent.kind === SyntaxKind.ShorthandPropertyAssignment
      const named = shorthand
        ? checker.getShorthandAssignmentValueSymbol(parent as ShorthandPropertyAssignment)
        : symbols[index]
      return named === undefined ? [] : this.#declarationsOf(this.#withoutAlias(named), identifier)
    })
  }

  #declarationsOf(symbol: ProgramSymbol, identifier: Identifier): Statement[] {
    return symbol.declarations.flatMap((handle) => {
      const node = this.#isOurs(handle.path) ? handle.resolve(this.#project) : undefined
      // In `file.name` the file is no declaration; what matters is the name.
      if (node === undefined || node.kind === SyntaxKind.SourceFile) return []
      const declaration = topLevel(node)
      if (typeMembers.has(node.kind)) return isCalled(identifier) ? this.#makerOf(declaration) : []
      return typeDeclarations.has(declaration.kind) ? [] : [declaration]
    })
  }

  #makerOf(type: Statement): Statement[] {
    const name = (type as { name?: Identifier }).name
    const symbol = name && this.#project.checker.getSymbolAtLocation(name)
    const makers = (symbol && this.#makers.get(symbol.id)) ?? []
    return makers.length === 1 ? makers : []
  }

  /** What makes an object of each type, by the symbol of the type. */
  #findMakers(): Map<number, Statement[]> {
    const makers = new Map<number, Statement[]>()
    const { program, checker } = this.#project
    const files = program.getSourceFileNames().filter((file) => this.#isOurs(file))
    for (const statement of files.flatMap((file) => [...(program.getSourceFile(file)?.statements ?? [])])) {
      for (const name of typesMadeBy(statement)) {
        const symbol = checker.getSymbolAtLocation(name)
        if (symbol === undefined) continue
        const { id } = this.#withoutAlias(symbol)
        makers.set(id, [...(makers.get(id) ?? []), statement])
      }
    }
    return makers
  }

  #withoutAlias(symbol: ProgramSymbol): ProgramSymbol {
    return symbol.flags & SymbolFlags.Alias ? this.#project.checker.getAliasedSymbol(symbol) : symbol
  }

  #isOurs(file: string): boolean {
    return file.startsWith(join(this.#root, 'src/'))
  }
}

/** Whether a declaration is something that runs: a function, a class, or a constant that is a function or has one as a member. */
function isStep(statement: Statement): boolean {
  if (statement.kind !== SyntaxKind.VariableStatement) return true
  return (statement as VariableStatement).declarationList.declarations.some(({ initializer }) =>
    initializer?.kind === SyntaxKind.ObjectLiteralExpression
      ? (initializer as ObjectLiteralExpression).properties.some(isFunction)
      : isFunction(initializer),
  )
}

/** Whether an expression, or the value of a member, is a function. */
function isFunction(node: Node | undefined): boolean {
  if (node?.kind === SyntaxKind.PropertyAssignment) return isFunction((node as PropertyAssignment).initializer)
  return node !== undefined && functions.has(node.kind)
}

function fileOf(node: Node): string {
  return node.getSourceFile().fileName
}

function topLevel(node: Node): Statement {
  return node.parent === undefined || node.parent.kind === SyntaxKind.SourceFile
    ? (node as Statement)
    : topLevel(node.parent)
}

function namesOf(statement: Statement): string[] {
  const named =
    statement.kind === SyntaxKind.VariableStatement
      ? (statement as VariableStatement).declarationList.declarations
      : [statement]
  return named.flatMap((one) => (one as { name?: Identifier }).name?.text ?? [])
}

/** The identifiers in a declaration that are not part of a type. */
function valuesNamedIn(declaration: Statement): Identifier[] {
  const found: Identifier[] = []
  const visit = (node: Node): void => {
    if (isTypeNode(node) && node.kind !== SyntaxKind.ExpressionWithTypeArguments) return
    if (node.kind === SyntaxKind.Identifier) found.push(node as Identifier)
    node.forEachChild(visit)
  }
  visit(declaration)
  return found
}

/** Whether an identifier is the method of a call, as `name` is in `object.name()`. */
function isCalled({ parent }: Identifier): boolean {
  if (parent.kind !== SyntaxKind.PropertyAccessExpression) return false
  const call = parent.parent as Node & { expression?: Node }
  return call.kind === SyntaxKind.CallExpression && call.expression === parent
}

/** The names of the types that a declaration makes: a function by its return type, a class by its heritage, a constant by its type. */
function typesMadeBy(statement: Statement): Node[] {
  switch (statement.kind) {
    case SyntaxKind.FunctionDeclaration:
      return typeNames([(statement as FunctionDeclaration).type])
    case SyntaxKind.VariableStatement:
      return typeNames((statement as VariableStatement).declarationList.declarations.map(({ type }) => type))
    case SyntaxKind.ClassDeclaration:
      return [...((statement as ClassDeclaration).heritageClauses ?? [])].flatMap(({ types }) =>
        types.map(({ expression }) => expression),
      )
    default:
      return []
  }
}

function typeNames(types: (TypeNode | undefined)[]): Node[] {
  return types.flatMap((type) => {
    if (type?.kind !== SyntaxKind.TypeReference) return []
    const { typeName, typeArguments } = type as TypeNode & { typeName: Identifier; typeArguments?: readonly TypeNode[] }
    // An asynchronous function makes what it promises.
    return typeName.text === 'Promise' && typeArguments ? typeNames([...typeArguments]) : [typeName]
  })
}
