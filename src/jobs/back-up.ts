import type { AppContext } from '../context.ts'
import { BackupBusy, BackupError } from '../database/backup/errors.ts'
import { handOver } from '../database/backup/hand-over.ts'
import { type BackedUp, keepBackups } from '../database/backup/keep.ts'
import type { JobDefinition } from './periodic.ts'

const everyMs = 60_000
// A start that is an attempt is not made slower by it.
const firstAfterMs = 60_000
// What has just failed is not begun again at once: it reads the whole database.
const retryMs = 30 * 60_000

/**
 * Keeps the backups of the bundled database: each minute it compresses what was archived, looks whether a backup is due, stays within the
 * share of the disk, and runs the operator's command when there is something new.
 */
export function backUp(app: Pick<AppContext, 'clock' | 'log' | 'figures'>, backedUp: BackedUp): JobDefinition {
  const { settings } = backedUp
  const figures = { every_ms: settings.every_ms, last_at: undefined as Date | undefined, bytes: 0 }
  app.figures.backup = figures
  let not_before = app.clock.now().getTime() + firstAfterMs
  let to_hand_over = false
  const run = async (stopping: AbortSignal) => {
    const mayMake = app.clock.now().getTime() >= not_before
    const make = mayMake ? 'when-due' : 'never'
    if (mayMake) not_before = app.clock.now().getTime() + retryMs
    const round = await keepBackups(backedUp, { make, checkpoint: 'spread', stopping }).catch((error: unknown) =>
      unlessExpected(error, stopping),
    )
    if (!round) return
    not_before = Math.min(not_before, app.clock.now().getTime() + everyMs)
    figures.last_at = round.newest && new Date(round.newest.ended_at)
    figures.bytes = round.bytes
    for (const warning of round.warnings) app.log.error({}, warning)
    if (round.made) app.log.info({ backup: round.made.name, bytes: round.made.archive.bytes }, 'a backup was made')
    to_hand_over ||= round.changed
    if (settings.command !== undefined && to_hand_over) {
      await handOver(settings.command, round.directory, stopping)
      to_hand_over = false
    }
    if (round.archive_fault !== undefined) throw new BackupError(round.archive_fault)
  }
  return { name: 'back-up', every_ms: everyMs, run }
}

/** A stop cuts a backup off, and an operator who makes one by hand keeps order too. */
function unlessExpected(error: unknown, stopping: AbortSignal): undefined {
  if (!stopping.aborted && !(error instanceof BackupBusy)) throw error
}
