/** A place in a statement where rows of a table, a part of `with`, or a function are read or changed. */
export type Source = { name: string; alias: string; written: boolean; inserted: boolean; scope: Scope; kept: boolean }

/** A select, insert, update or delete of its own, with those that stand around it. */
type Scope = { tokens: string[]; outer: Scope | undefined; sources: Source[] }

const queryWords = new Set(['select', 'with', 'insert', 'update', 'delete', 'values', 'table'])
const setWords = new Set(['union', 'except', 'intersect'])
const notAliases = new Set(
  'on where set join left right inner cross full using order group limit for returning union except intersect select values lateral offset having window as default when tablesample natural with'.split(
    ' ',
  ),
)

/** The words and marks of a statement, without comments and without the insides of its texts. */
function tokensOf(text: string): string[] {
  const bare = text.replaceAll(/--[^\n]*/g, ' ').replaceAll(/'(?:[^']|'')*'/g, " '' ")
  return bare.toLowerCase().match(/\$\d+|"[^"]*"|[a-z_]\w*|''|\d+|::|[^\s\w]/g) ?? []
}

/** Reads which tables a statement names, where, and which of them it narrows to buckets that it is given. */
export function readStatement(text: string): { tokens: string[]; sources: Source[] } {
  const tokens = tokensOf(text)
  const scopes: Scope[] = []
  readScope(tokens, 0, undefined, scopes)
  for (const scope of scopes) scope.sources = sourcesOf(scope)
  narrow(scopes)
  return { tokens, sources: scopes.flatMap(({ sources }) => sources) }
}

/** Takes tokens up to the parenthesis that closes the scope. What stands in parentheses and is no query belongs to the scope around it. */
function readScope(tokens: string[], start: number, outer: Scope | undefined, scopes: Scope[]): number {
  let scope: Scope = { tokens: [], outer, sources: [] }
  scopes.push(scope)
  let depth = 0
  let place = start
  for (; place < tokens.length; place++) {
    const token = tokens[place] as string
    if (token === '(' && queryWords.has(tokens[place + 1] ?? '')) {
      place = readScope(tokens, place + 1, scope, scopes)
      scope.tokens.push('()')
      continue
    }
    if (token === '(') depth += 1
    if (token === ')' && depth-- === 0) return place
    if (setWords.has(token) && depth === 0) {
      scope = { tokens: [], outer, sources: [] }
      scopes.push(scope)
    } else scope.tokens.push(token)
  }
  return place
}

function sourcesOf(scope: Scope): Source[] {
  const { tokens } = scope
  const sources: Source[] = []
  for (const [place, word] of tokens.entries()) {
    const before = tokens[place - 1] ?? ''
    const begins =
      (word === 'from' && before !== 'distinct') ||
      word === 'join' ||
      word === 'using' ||
      word === 'table' ||
      word === 'into' ||
      (word === 'update' && !['for', 'key', 'do'].includes(before))
    if (begins)
      sources.push(
        ...listAfter(scope, place + 1, word === 'into', ['into', 'update'].includes(word) || before === 'delete'),
      )
  }
  return sources
}

function listAfter(scope: Scope, start: number, inserted: boolean, written: boolean): Source[] {
  const { tokens } = scope
  const sources: Source[] = []
  let place = start
  for (;;) {
    if (tokens[place] === 'lateral') place += 1
    const name = tokens[place] ?? ''
    if (!/^(\(\)|[a-z_]\w*)$/.test(name)) break
    place += 1
    const isCall = tokens[place] === '(' && !inserted
    if (isCall) place = closing(tokens, place) + 1
    if (tokens[place] === 'with' && tokens[place + 1] === 'ordinality') place += 2
    if (tokens[place] === 'as') place += tokens[place + 1] === 'materialized' ? 2 : 1
    const next = tokens[place] ?? ''
    const hasAlias = /^[a-z_]\w*$/.test(next) && !notAliases.has(next)
    if (hasAlias) place += 1
    const alias = hasAlias ? next : name
    sources.push({ name: isCall ? '()' : name, alias, written, inserted, scope, kept: inserted })
    if (tokens[place] === '(' && !inserted) place = closing(tokens, place) + 1
    if (tokens[place] !== ',' || inserted) break
    place += 1
  }
  return sources
}

function closing(tokens: string[], open: number): number {
  let depth = 0
  for (let place = open; place < tokens.length; place++) {
    if (tokens[place] === '(') depth += 1
    if (tokens[place] === ')' && --depth === 0) return place
  }
  return tokens.length
}

/** `bucket = $n` holds for whatever has the same bucket; `bucket = any ($n)` only for the table where it stands. */
function narrow(scopes: Scope[]): void {
  const equal: [Source, Source][] = []
  const given = new Set<Source>()
  for (const scope of scopes) {
    const { tokens } = scope
    for (const [place, token] of tokens.entries()) {
      if (token !== 'bucket' || tokens[place + 1] !== '=') continue
      const left = owner(scope, tokens, place)
      const value = tokens[place + 2] ?? ''
      if (!left) continue
      if (value.startsWith('$')) {
        left.kept = true
        given.add(left)
      } else if (value === 'any' && tokens[place + 4]?.startsWith('$')) left.kept = true
      else if (tokens[place + 3] === '.' && tokens[place + 4] === 'bucket') {
        const right = find(scope, value)
        if (right) equal.push([left, right])
      }
    }
  }
  for (let before = -1; before !== given.size; ) {
    before = given.size
    for (const pair of equal) {
      if (!pair.some((source) => given.has(source))) continue
      for (const source of pair) {
        source.kept = true
        given.add(source)
      }
    }
  }
}

function owner(scope: Scope, tokens: string[], place: number): Source | undefined {
  if (tokens[place - 1] === '.') return find(scope, tokens[place - 2] ?? '')
  const read = scope.sources.filter(({ inserted }) => !inserted)
  return read.length === 1 ? read[0] : undefined
}

function find(scope: Scope | undefined, alias: string): Source | undefined {
  if (!scope) return undefined
  return scope.sources.find((source) => source.alias === alias && !source.inserted) ?? find(scope.outer, alias)
}
