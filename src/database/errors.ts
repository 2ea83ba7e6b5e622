type CodedError = { code?: unknown }

/** Whether the transaction lost a conflict with another (serialisation failure or deadlock) and may simply be run again. */
export function isConflict(error: unknown): boolean {
  const { code } = (error ?? {}) as CodedError
  return code === '40001' || code === '40P01'
}

/**
 * Whether a prepared statement gives other columns than when it was prepared, since a migration has changed its table: the connection
 * cannot run it again.
 */
export function isStalePlan(error: unknown): boolean {
  const { code, message } = (error ?? {}) as CodedError & { message?: unknown }
  return code === '0A000' && message === 'cached plan must not change result type'
}

/** Whether a unique key refused the row. */
export function isUniqueViolation(error: unknown): boolean {
  return ((error ?? {}) as CodedError).code === '23505'
}

/** Whether waiting for a lock has reached `lock_timeout`. */
export function isLockTimeout(error: unknown): boolean {
  return ((error ?? {}) as CodedError).code === '55P03'
}

/** Whether a statement was refused only because an earlier one of its transaction had failed. */
export function isAborted(error: unknown): boolean {
  return ((error ?? {}) as CodedError).code === '25P02'
}
