import { ConfigError } from '../config.ts'
import { isDatabaseUnavailable } from '../database/availability.ts'
import { BackupError } from '../database/backup/errors.ts'
import { BundledServerError } from '../database/bundled/index.ts'
import { MigrationError } from '../database/migrate.ts'
import { DistributionError } from '../distribution/refuse.ts'
import { MerchantError } from '../merchant/keys.ts'
import { ApiError, Unanswered } from './developer/api.ts'
import { UsageError } from './usage.ts'

const plain = [
  ConfigError,
  BackupError,
  BundledServerError,
  DistributionError,
  MigrationError,
  MerchantError,
  UsageError,
  ApiError,
  Unanswered,
]

/** What went wrong and what to do, in one line; the whole stack only for an unexpected error. */
export function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if (plain.some((kind) => error instanceof kind)) return error.message
  const { code, address, port } = error as NodeJS.ErrnoException & { address?: string; port?: number }
  if (code === 'EADDRINUSE') {
    return `Port ${port} is taken by another program: stop that one, or set PORT to another number (0 takes a free one).`
  }
  if (code === 'EACCES' && port !== undefined)
    return `Port ${port} needs more rights than this user has: set PORT above 1023.`
  if (code === 'EADDRNOTAVAIL') return `This machine has no address ${address}: set TALLYSTICK_HOST to one that it has.`
  if (code === '28P01' || code === '28000') return `The database refuses the user of DATABASE_URL: ${error.message}.`
  if (code === '3D000') return `The database of DATABASE_URL does not exist: ${error.message}.`
  if (code === '42501')
    return `The role of DATABASE_URL lacks a privilege: ${error.message}. Run migrate as the owner, with --grant-to.`
  if (isDatabaseUnavailable(error) || isUnreachable(error))
    return `The database is unavailable (${error.message}): check that it runs and that DATABASE_URL is right.`
  return error.stack ?? error.message
}

// Failed name resolution and failed TLS. The driver's error for a server without TLS has no code.
const unreachableCodes = /^(?:EAI_|ENETUNREACH|EPROTO|ERR_TLS|ERR_SSL|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO)/

function isUnreachable({ code, message }: NodeJS.ErrnoException): boolean {
  return unreachableCodes.test(code ?? '') || /does not support SSL/.test(message)
}

/** The exit code for an error: 2 for a wrong command line, 1 for everything else. */
export function exitCodeOf(error: unknown): number {
  return error instanceof UsageError ? 2 : 1
}
