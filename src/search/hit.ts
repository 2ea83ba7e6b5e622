import type { Id } from '../core/id/id.ts'
import type { FoundKind, MatchedBy } from './schema.ts'

/** How well an object matches: the lower, the better. */
export const ranks = {
  id: 0,
  external_reference: 1,
  reference: 2,
  email: 3,
  phone: 4,
  whole_name: 5,
  beginning_of_name: 6,
  word_of_name: 7,
  words_of_name: 8,
  amount: 9,
} as const

/** One object that was found by one thing. */
export type Hit = { kind: FoundKind; id: Id; matched: MatchedBy; rank: number }

/** What is sought: in one environment, up to a number of objects of some kinds. */
export type Search = { environment_id: number; q: string; kinds: ReadonlySet<FoundKind>; limit: number }

/** One object with everything that it was found by. */
export type Found = Pick<Hit, 'kind' | 'id'> & { matched: MatchedBy[] }

/** The best objects first, as many as were asked for. What matches alike stays in the order in which it was found. */
export function bestOf(hits: readonly Hit[], limit: number): Found[] {
  const found = new Map<string, Found>()
  for (const { kind, id, matched } of hits.toSorted((one, other) => one.rank - other.rank)) {
    const known = found.get(`${kind} ${id}`)
    if (!known) found.set(`${kind} ${id}`, { kind, id, matched: [matched] })
    else if (!known.matched.includes(matched)) known.matched.push(matched)
  }
  return [...found.values()].slice(0, limit)
}
