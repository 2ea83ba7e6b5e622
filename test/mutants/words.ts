/** A place in the syntax tree, as Stryker shows it: a path of Babel's. */
type Path = { node: Node; key: string | number | null; listKey?: string; parentPath: Path | null }
type Node = { type: string; name?: string; callee?: Node; key?: Node; properties?: Node[] }

/** Which argument of a call is a sentence for a person. Tests look at the code and the pointer of a refusal, and not at every word. */
const sentences = new Map([
  ['assert', 1],
  ['required', 1],
  ['Problem', 1],
  ['fieldProblem', 2],
])

/** Why a text is left as it is: it says something to a person, or names a statement, whose name only says which plan is used again. */
export function shouldIgnore({ node, key, listKey, parentPath }: Path): string | undefined {
  if (!['StringLiteral', 'TemplateLiteral'].includes(node.type) || parentPath === null) return undefined
  const { callee } = parentPath.node
  if (listKey === 'arguments' && key === sentences.get(callee?.name ?? '')) return 'words for a person'
  const value = parentPath.node.type === 'ConditionalExpression' ? parentPath.parentPath : parentPath
  const object = value?.parentPath?.node.properties?.map((property) => property.key?.name)
  return value?.node.key?.name === 'name' && object?.includes('text') ? 'the name of a statement' : undefined
}

export const strykerPlugins = [{ kind: 'Ignore', name: 'words', value: { shouldIgnore } }]
