/** Values by their names, up to a number of them and, if asked, up to an age. */
export type Cache<Value> = {
  get(name: string): Value | undefined
  set(name: string, value: Value): void
  clear(): void
}

/** Makes a cache. Beyond `size_max` the value that was set first is evicted. */
export function createCache<Value>({ size_max, ttl_ms }: { size_max: number; ttl_ms?: number }): Cache<Value> {
  const known = new Map<string, { value: Value; until_ms: number }>()
  return {
    get(name) {
      const found = known.get(name)
      if (found && found.until_ms <= performance.now()) known.delete(name)
      else return found?.value
    },
    set(name, value) {
      known.delete(name)
      for (const oldest of known.keys()) {
        if (known.size < size_max) break
        known.delete(oldest)
      }
      known.set(name, { value, until_ms: ttl_ms === undefined ? Number.POSITIVE_INFINITY : performance.now() + ttl_ms })
    },
    clear: () => known.clear(),
  }
}
