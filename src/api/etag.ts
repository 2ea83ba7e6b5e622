import { Problem } from '../core/problem.ts'

/** The version of a single object as its ETag: the object's own, and its balance's, since either changes what is shown. */
export function etagOf(row: { version: bigint; receivable_version: bigint | null }): string {
  return `"${row.version}.${row.receivable_version ?? 0}"`
}

/**
 * Throws `precondition_failed` when If-Match was sent and the object has changed since. Call it with the object locked.
 */
export function checkIfMatch(header: string | undefined, etag: string): void {
  if (header === undefined || header.trim() === '*') return
  const tags = header.split(',').map((tag) => tag.trim().replace(/^W\//, ''))
  if (!tags.includes(etag)) throw new Problem('precondition_failed', `The object's ETag is now ${etag}.`)
}
