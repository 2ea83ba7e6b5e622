import { firstIdAt } from '../core/id/id.ts'
import type { Queryable } from '../database/pool.ts'

/** Deletes some of the details of changes that were made before an instant. Returns how many. */
export async function deleteOldAuditDetails(database: Queryable, before: Date, limit: number): Promise<number> {
  const { rowCount } = await database.query({
    name: 'delete-old-audit-details',
    text: `delete from audit_detail
      where ctid = any (array(select ctid from audit_detail where id < $1 order by id limit $2)) -- on one machine
      -- spread: where (id, bucket) in (select id, bucket from audit_detail where id < $1 order by id limit $2)
      `,
    values: [firstIdAt(before.getTime()), limit],
  })
  return rowCount ?? 0
}
