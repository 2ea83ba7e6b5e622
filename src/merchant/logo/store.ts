import type { Queryable } from '../../database/pool.ts'
import type { Picture } from './image.ts'

/** A logo with its bytes. */
export type StoredLogo = Picture & { bytes: Buffer; sha256: Buffer }

/** Stores the logo of an environment in place of the one that it had. */
export async function writeLogo(database: Queryable, environmentId: number, logo: StoredLogo): Promise<void> {
  await database.query({
    name: 'write-logo',
    text: `insert into logo (environment_id, sha256, media_type, width, height, bytes) values ($1, $2, $3, $4, $5, $6)
      on conflict (environment_id) do update set sha256 = excluded.sha256, media_type = excluded.media_type,
        width = excluded.width, height = excluded.height, bytes = excluded.bytes`,
    values: [environmentId, logo.sha256, logo.media_type, logo.width, logo.height, logo.bytes],
  })
}

/** Deletes the logo of an environment. */
export async function deleteLogo(database: Queryable, environmentId: number): Promise<void> {
  await database.query({
    name: 'delete-logo',
    text: 'delete from logo where environment_id = $1',
    values: [environmentId],
  })
}

/** The logo that has a hash, whosever it is. */
export async function findLogo(
  database: Queryable,
  sha256: Buffer,
): Promise<Pick<StoredLogo, 'media_type' | 'bytes'> | undefined> {
  const { rows } = await database.query<Pick<StoredLogo, 'media_type' | 'bytes'>>({
    name: 'find-logo',
    text: 'select media_type, bytes from logo where sha256 = $1 limit 1',
    values: [sha256],
  })
  return rows[0]
}
