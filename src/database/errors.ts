type CodedError = { code?: unknown; message?: unknown; constraint?: unknown }

const unavailableCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ENOENT',
  'ENOTFOUND',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  '57P01',
  '57P02',
  '57P03',
  '57P05',
  '53300',
  '08000',
  '08001',
  '08003',
  '08006',
  '25006',
])
const unavailableMessages =
  /connection terminated|timeout exceeded when trying to connect|client has encountered a connection error|not queryable|connection ended|not currently accepting connections/i

/** Whether the database could not be reached or the connection was lost: the caller gets a 503 and may try again. */
export function isDatabaseUnavailable(error: unknown): boolean {
  const { code, message } = (error ?? {}) as CodedError
  if (typeof code === 'string' && unavailableCodes.has(code)) return true
  return typeof message === 'string' && unavailableMessages.test(message)
}

const triesMax = 3

/** Runs `work`, three times in all while the database is unavailable. It must be work that may be done twice. */
export async function retryWhileUnavailable<T>(work: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await work()
    } catch (error) {
      if (!isDatabaseUnavailable(error) || tries === triesMax) throw error
    }
  }
}

/** Whether the transaction lost a conflict with another (serialisation failure or deadlock) and may simply be run again. */
export function isConflict(error: unknown): boolean {
  const { code } = (error ?? {}) as CodedError
  return code === '40001' || code === '40P01'
}

/** Whether a unique key refused the row. */
export function isUniqueViolation(error: unknown): boolean {
  return ((error ?? {}) as CodedError).code === '23505'
}

/** Whether waiting for a lock has reached `lock_timeout`. */
export function isLockTimeout(error: unknown): boolean {
  return ((error ?? {}) as CodedError).code === '55P03'
}
