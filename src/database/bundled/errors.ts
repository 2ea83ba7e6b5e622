/** The bundled server cannot be used. The message is one plain line: what is wrong and what to do about it. */
export class BundledServerError extends Error {
  override name = 'BundledServerError'
}

/**
 * Turns a file-system error (EACCES, EROFS, ENOSPC…) below the data directory into one plain line. Every other error is a
 * defect of the program and is returned as it is.
 */
export function plainError(error: unknown, dataDirectory: string): unknown {
  if (!(error instanceof Error) || !('syscall' in error)) return error
  return new BundledServerError(
    `The data directory ${dataDirectory} cannot be used (${error.message}): make it writable for the user that runs this, or set TALLYSTICK_DATA_DIR to another directory`,
    { cause: error },
  )
}

/** The `code` of a system or database error (`ENOENT`, `57P03`), or undefined. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
}
