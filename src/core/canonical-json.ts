/** JSON with the keys of every object sorted, so that two spellings of the same value have one fingerprint. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(withSortedKeys(value))
}

function withSortedKeys(value: unknown): unknown {
  if (value === null || typeof value !== 'object') return value
  if (Array.isArray(value)) return value.map(withSortedKeys)
  const ordered: Record<string, unknown> = {}
  // No key is `__proto__`, which an assignment would not create: such a body is refused when it is parsed.
  for (const name of Object.keys(value).sort()) ordered[name] = withSortedKeys((value as Record<string, unknown>)[name])
  return ordered
}
