/** A backup cannot be made or restored. The message is one plain line: what is wrong and what to do about it. */
export class BackupError extends Error {
  override name = 'BackupError'
}

/** Another process makes or prunes backups of the same database. */
export class BackupBusy extends BackupError {}
