import pino from 'pino'
import type { Log } from '../core/log.ts'

/** The server's log: JSON lines on stderr. It is never given a secret, a link or anything that a payer typed. */
export function createLog(level: string): Log {
  return pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, pino.destination({ fd: 2, sync: true }))
}
