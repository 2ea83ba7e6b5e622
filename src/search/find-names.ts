import { askedName, beginsAt, foldedName, nameFrom, namePlaces } from '../billing/object/names.ts'
import type { Id } from '../core/id/id.ts'
import type { Queryable } from '../database/pool.ts'
import { type Hit, ranks, type Search } from './hit.ts'

type NamedKind = 'customer' | 'account'

// How many names of each place are looked through for words that do not stand together.
const nearMax = 100

const asked = '(select name from asked)'

/** In one range of each index: the whole name and the beginning of it, then what begins with another of its words. */
function namesSql(kind: NamedKind): string {
  const ranges = namePlaces.map((before) => {
    const rank =
      before === 0
        ? `case when ${nameFrom(0)} = ${asked} then ${ranks.whole_name} else ${ranks.beginning_of_name} end`
        : ranks.word_of_name
    return `(select id, name, ${rank} as rank from ${kind}
      where environment_id = $1 and ${asked} <> '' and ${beginsAt(before, asked)}
      order by ${nameFrom(before)}, id limit $3)`
  })
  return `with asked as materialized (select ${askedName('$2::text')} as name)
    select id, min(rank) as rank from (${ranges.join(' union all ')}) as found
    group by id, name order by min(rank), lower(name) collate "C", id limit $3`
}

/**
 * Several words that do not stand together: among the first names of each place that have the longest of the words there, those that
 * have the others too. More are not read, however many there are.
 */
function nearNamesSql(kind: NamedKind): string {
  const longest = '(select word from longest)'
  const ranges = namePlaces.map(
    (before) => `(select id, name from ${kind}
      where environment_id = $1 and ${beginsAt(before, longest)}
      order by ${nameFrom(before)}, id limit ${nearMax})`,
  )
  return `with asked as materialized (select string_to_array(${askedName('$2::text')}, ' ') as words),
    longest as materialized (select word from asked, unnest(words) as word order by length(word) desc limit 1)
    select id, ${ranks.words_of_name} as rank from (${ranges.join(' union all ')}) as near
    where not exists (select 1 from asked, unnest(words) as word
      where position(' ' || word in ' ' || ${foldedName('name')}) = 0)
    group by id, name order by lower(name) collate "C", id limit $3`
}

const statements = (['customer', 'account'] as const).map((kind) => ({
  kind,
  names: { name: `search-${kind}-names`, text: namesSql(kind) },
  near: { name: `search-${kind}-words`, text: nearNamesSql(kind) },
}))

/** Customers and accounts by their names. */
export async function findNames(database: Queryable, { environment_id, q, kinds, limit }: Search): Promise<Hit[]> {
  const values = [environment_id, q, limit]
  const hits: Hit[] = []
  for (const { kind, names, near } of statements) {
    if (!kinds.has(kind)) continue
    const { rows } = await database.query<{ id: Id; rank: number }>({ ...names, values })
    const several = rows.length < limit && /\S[^\p{L}\p{N}]+\S/u.test(q)
    const more = several ? (await database.query<{ id: Id; rank: number }>({ ...near, values })).rows : []
    hits.push(...[...rows, ...more].map(({ id, rank }) => ({ kind, id, matched: 'name' as const, rank })))
  }
  return hits
}
