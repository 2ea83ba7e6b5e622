/** Raised when the program itself is wrong. It is answered as a 500 and logged whole; input never raises it. */
export class AssertionError extends Error {
  override readonly name = 'AssertionError'
}

/** Stops this operation when `condition` does not hold. Stays on in production: a stopped request beats a wrong balance. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new AssertionError(message)
}

/** Returns `value`, or stops when it is absent. */
export function required<T>(value: T | null | undefined, message: string): T {
  assert(value !== null && value !== undefined, message)
  return value
}
