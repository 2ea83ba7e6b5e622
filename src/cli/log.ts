import pino from 'pino'
import type { Log } from '../core/log.ts'

/** The server's log: JSON lines on stderr. Nothing that a payer typed, no secret and no link is ever given to it. */
export function createLog(level: string): Log {
  return pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, pino.destination({ fd: 2, sync: true }))
}
