/** Thrown when the program itself is wrong. The caller gets a 500 and the stack is logged; no input may cause it. */
export class AssertionError extends Error {
  override readonly name = 'AssertionError'
}

/** Throws when `condition` does not hold. Stays on in production: a failed request is better than a wrong balance. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new AssertionError(message)
}

/** Returns `value`, or throws when it is absent. */
export function required<T>(value: T | null | undefined, message: string): T {
  assert(value !== null && value !== undefined, message)
  return value
}
