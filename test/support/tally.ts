import { appendFileSync } from 'node:fs'

/**
 * What tests count for `npm run torture`, which sums it up over all files: how often something was broken or tried.
 */
export type Counted =
  | 'kills of the server'
  | 'kills of the database'
  | 'fault points'
  | 'cut connections'
  | 'failovers'
  | 'lost standbys'
  | 'restores'
  | 'orders of payers'
  | 'orders of processors'
  | 'sequences of the model'
  | 'storms'
  | 'seconds of load'
  | 'bad inputs'
  | 'probes of isolation'
  | 'clean verifies'

/** Counts something, in the file that TALLY names. Without one nothing is counted. */
export function tally(what: Counted, times = 1): void {
  if (process.env.TALLY) appendFileSync(process.env.TALLY, `${JSON.stringify([what, times])}\n`)
}
