import { createHash } from 'node:crypto'
import type { RequestContext } from '../../context.ts'
import { fieldProblem } from '../../core/problem.ts'
import type { Connection } from '../../database/pool.ts'
import { lockSettings, storeSettings } from '../settings/service.ts'
import type { SettingsRow } from '../settings/store.ts'
import { readPicture } from './image.ts'
import { deleteLogo, type StoredLogo, writeLogo } from './store.ts'

/** How many bytes a logo may have: a page loads one besides its own six or seven kB. */
export const logoBytesMax = 32_768
const sideMax = 2_000

/** Puts a logo in the place of the one before. Throws `invalid_logo` or `precondition_failed`. */
export async function putLogo(
  connection: Connection,
  context: RequestContext,
  bytes: Buffer,
  ifMatch: string | undefined,
): Promise<SettingsRow> {
  const row = await lockSettings(connection, context, ifMatch)
  const logo = readLogo(bytes)
  await writeLogo(connection, context.environment.id, logo)
  const { width, height } = logo
  const shown = { sha256: logo.sha256.toString('hex'), width, height }
  return storeSettings(connection, context, row, { ...row, logo: shown })
}

/** Takes the logo off the pages; where there is none, nothing changes. Throws `precondition_failed`. */
export async function removeLogo(
  connection: Connection,
  context: RequestContext,
  ifMatch: string | undefined,
): Promise<SettingsRow> {
  const row = await lockSettings(connection, context, ifMatch)
  if (row.logo === null) return row
  await deleteLogo(connection, context.environment.id)
  return storeSettings(connection, context, row, { ...row, logo: null })
}

function readLogo(bytes: Buffer): StoredLogo {
  if (bytes.length > logoBytesMax) {
    throw refused(`has ${bytes.length} bytes: send at most ${logoBytesMax}`)
  }
  const picture = readPicture(bytes)
  if (!picture) throw refused('is no whole PNG or JPEG, or has something behind its end: export it anew')
  const { width, height } = picture
  if (width > sideMax || height > sideMax) {
    throw refused(`is ${width} × ${height} pixels: send at most ${sideMax} × ${sideMax}`)
  }
  return { ...picture, bytes, sha256: createHash('sha256').update(bytes).digest() }
}

function refused(detail: string) {
  return fieldProblem('invalid_logo', '/data', detail)
}
