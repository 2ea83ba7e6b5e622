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

/**
 * Whether a unique key refused the row. Where rows are copied to another machine by Citus, all that it says is that this machine refused one:
 * whoever asks tries again more carefully, and then a key that stands in the way is found, and another cause is met again.
 */
export function isUniqueViolation(error: unknown): boolean {
  const { code, routine } = (error ?? {}) as CodedError & { routine?: unknown }
  return code === '23505' || (code === 'XX000' && routine === 'ReportCopyError')
}

/** Whether waiting for a lock has reached `lock_timeout`. */
export function isLockTimeout(error: unknown): boolean {
  return ((error ?? {}) as CodedError).code === '55P03'
}

/** Whether a statement was refused only because an earlier one of its transaction had failed. */
export function isAborted(error: unknown): boolean {
  return ((error ?? {}) as CodedError).code === '25P02'
}
