// Customers and accounts are found by any word of their names, and by what follows it. There is an index for each of the first places
// of a word: of the name as it reads from there on, with what stands before behind it (docs/decisions/0050). So one range of one index
// finds a whole name, the beginning of one, and words in either order. The migration of the indexes spells out what is made here.

/** The places of a name at which it is found, by how many words are before them. */
export const namePlaces = [0, 1, 2, 3, 4] as const

// What stands between words: white space and ASCII punctuation. Apostrophes and accents are passed over: O'Brien is obrien.
const between = String.raw`\s!-/:-@\[-\u0060{-~`
const dropped = String.raw`''’\u0300-\u036f`

/** SQL: a text as names are compared: in lower case, without accents and punctuation, with one space between words. */
export function foldedName(text: string): string {
  // A text of as many bytes as characters is ASCII, which is normal as it is: that halves the time of what most names take.
  const normal = `case when octet_length(${text}) = length(${text}) then ${text} else normalize(${text}, NFKD) end`
  const bare = `regexp_replace(lower(${normal}), '[${dropped}]+', '', 'g')`
  return `btrim(regexp_replace(${bare}, '[${between}]+', ' ', 'g'))`
}

/** SQL: what is asked for as it is compared with `nameFrom`: no longer than that, and in its order, which is by code point. */
export function askedName(text: string): string {
  return `left(${foldedName(text)}, 100) collate "C"`
}

/** SQL: the name of a row as it reads from the word on that has so many before it. It is cut, since a key of an index has its limit. */
export function nameFrom(before: number): string {
  if (before === 0) return askedName('name')
  const turned = String.raw`'^((?:\S+ ){${before}})(.+)', '\2 \1'`
  return `left(regexp_replace(${foldedName('name')}, ${turned}), 100) collate "C"`
}

/** SQL: whether the index of a place holds a row, told from the name as it is. A look-up says so too, or the index is not used. */
export function hasPlace(before: number): string {
  return before === 0 ? 'name is not null' : `name ~ '^[${between}]*(?:[^${between}]+[${between}]+){${before}}'`
}

/** SQL: whether a place of the name begins with what is asked for, which `askedName` makes. No code point is above the last. */
export function beginsAt(before: number, asked: string): string {
  const name = nameFrom(before)
  return `${hasPlace(before)} and ${name} >= ${asked} and ${name} < ${asked} || chr(1114111)`
}
