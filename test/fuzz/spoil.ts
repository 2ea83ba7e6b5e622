type Json = unknown
type Path = (string | number)[]
const chooseFrom = <T>(random: () => number, list: readonly T[]): T => list[Math.floor(random() * list.length)] as T

/** One way to make a valid body wrong, and the raw text that is sent: some faults cannot be written by JSON.stringify. */
export type Spoilt = { what: string; text: string }

// None of these is right for any string field, whatever it means.
const wrongForText: Json[] = [0, 1.5, true, [], ['a'], {}, { a: 1 }, 'a\u0000b', '\ud800', 'x'.repeat(3_000), -1e21]
// None of these is right for any amount: a float, a string, a number past every limit.
const wrongForNumber: Json[] = [
  '5',
  '',
  1.5,
  -0.1,
  1e300,
  -1e300,
  1_000_000_000_000_001,
  true,
  [],
  [1],
  {},
  'NaN',
  '1e3',
]
const wrongForObject: Json[] = [5, true, [1], 'text with a space', { unknown_member: 1 }]

const wrongForBoolean: Json[] = [0, 1, 'true', 'false', '', [], [true], {}]

function wrongFor(value: Json): Json[] {
  if (typeof value === 'string') return wrongForText
  if (typeof value === 'number') return wrongForNumber
  return typeof value === 'boolean' ? wrongForBoolean : wrongForObject
}

function leaves(value: Json, path: Path = []): Path[] {
  if (Array.isArray(value)) return [path, ...value.flatMap((item, index) => leaves(item, [...path, index]))]
  if (value !== null && typeof value === 'object') {
    return [
      ...(path.length > 0 ? [path] : []),
      ...Object.entries(value).flatMap(([key, item]) => leaves(item, [...path, key])),
    ]
  }
  return [path]
}

function at(value: Json, path: Path): Json {
  return path.reduce<Json>((inner, key) => (inner as Record<string | number, Json>)[key], value)
}

function replaced(body: Json, path: Path, by: Json): Json {
  const copy = structuredClone(body)
  const parent = at(copy, path.slice(0, -1)) as Record<string | number, Json>
  parent[path.at(-1) as string | number] = by
  return copy
}

/** Spoils a valid body in one way that no operation may accept; to send nothing is right where the body is optional. */
export function spoil(body: Record<string, unknown>, random: () => number, is_optional = false): Spoilt {
  const kind = random()
  const texts = malformed.filter((text) => text !== '' || !is_optional)
  if (kind < 0.1) return { what: 'text', text: chooseFrom(random, texts) }
  if (kind < 0.2) return unknownMember(body, random)
  const path = chooseFrom(
    random,
    leaves(body).filter((one) => one.length > 0),
  )
  const value = at(body, path)
  const by = chooseFrom(random, wrongFor(value))
  return {
    what: `/${path.join('/')} = ${JSON.stringify(by)?.slice(0, 60)}`,
    text: JSON.stringify(replaced(body, path, by)),
  }
}

const malformed = [
  '',
  '{',
  'null',
  '[]',
  '"text"',
  '5',
  '{"a":1',
  '{"a":1e}',
  "{'a':1}",
  '{"amount":1e400}',
  '{"__proto__":{"a":1}}',
  '{"constructor":{"prototype":{"a":1}}}',
  `${'['.repeat(1_000)}${']'.repeat(1_000)}`,
  `${'{"a":'.repeat(1_000)}1${'}'.repeat(1_000)}`,
  `{"name":"${'x'.repeat(300_000)}"}`,
  '\ufeff\ufeff{}',
  '{"amount":NaN}',
]

function unknownMember(body: Record<string, unknown>, random: () => number): Spoilt {
  const name = chooseFrom(random, [
    'amout',
    'Amount',
    '',
    'id',
    'created_at',
    'mode',
    'toString',
    '\u0000',
    '💰',
    'a'.repeat(300),
  ])
  const inner = leaves(body).filter((path) => path.length > 0 && isPlain(at(body, path)) && path.at(-1) !== 'metadata')
  const path = inner.length > 0 && random() < 0.5 ? chooseFrom(random, inner) : []
  const target = path.length === 0 ? body : (at(body, path) as Record<string, unknown>)
  const spoilt = { ...target, [name]: 1 }
  const text = JSON.stringify(path.length === 0 ? spoilt : replaced(body, path, spoilt))
  return { what: `an unknown field ${JSON.stringify(name).slice(0, 20)} at /${path.join('/')}`, text }
}

function isPlain(value: Json): boolean {
  return value !== null && typeof value === 'object' && !Array.isArray(value)
}
