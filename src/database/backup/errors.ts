/** A backup cannot be made or restored. The message is one plain line: what is wrong and what to do about it. */
export class BackupError extends Error {
  override name = 'BackupError'
}

/** Another process makes or prunes backups of the same database. */
export class BackupBusy extends BackupError {}

/** Turns an error of the file system below a directory into one plain line. Every other error is returned as it is. */
export function plainDiskError(cause: unknown, directory: string): unknown {
  if (!(cause instanceof Error) || !('syscall' in cause) || !('code' in cause)) return cause
  const isFull = ['ENOSPC', 'EDQUOT', 'EFBIG'].includes(String(cause.code))
  return new BackupError(
    isFull
      ? `The disk of ${directory} is full, and what was begun there was removed: make room, or use another disk.`
      : `${directory} cannot be used (${cause.message}): make it writable, or name another directory.`,
    { cause },
  )
}
