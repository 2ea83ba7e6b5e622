type CodedError = { code?: unknown }

/** Whether two transactions stood in each other's way, so that this one may simply be run again. */
export function isConflict(error: unknown): boolean {
  const { code } = (error ?? {}) as CodedError
  return code === '40001' || code === '40P01'
}

/** Whether a unique key refused the row. */
export function isUniqueViolation(error: unknown): boolean {
  return ((error ?? {}) as CodedError).code === '23505'
}

/** Whether a lock was not had within the time that was set for waiting. */
export function isLockTimeout(error: unknown): boolean {
  return ((error ?? {}) as CodedError).code === '55P03'
}
