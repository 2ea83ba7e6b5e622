type CodedError = { code?: unknown; message?: unknown; constraint?: unknown }

const awayCodes = new Set([
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
const awayMessages =
  /connection terminated|timeout exceeded when trying to connect|client has encountered a connection error|not queryable|connection ended|not currently accepting connections/i

/** Whether the database could not be reached or went away: the caller may try again, and gets a 503. */
export function isDatabaseUnavailable(error: unknown): boolean {
  const { code, message } = (error ?? {}) as CodedError
  if (typeof code === 'string' && awayCodes.has(code)) return true
  return typeof message === 'string' && awayMessages.test(message)
}

const awayTriesMax = 3

/** Does work again when the database went away meanwhile, three times in all. It must be work that may be done twice. */
export async function retryWhileUnavailable<T>(work: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await work()
    } catch (error) {
      if (!isDatabaseUnavailable(error) || tries === awayTriesMax) throw error
    }
  }
}

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
