import type { RequestEnvironment } from '../../context.ts'
import type { Id } from '../../core/id/id.ts'
import type { Connection, Queryable } from '../../database/pool.ts'

/** How far the bills of an environment were told to be overdue: by due date and id. */
export type OverduePlace = { due_date: string; bill_id: Id }

/** Behind every bill that was due on a day. */
export function endOfDay(due_date: string): OverduePlace {
  return { due_date, bill_id: 'ffffffff-ffff-ffff-ffff-ffffffffffff' }
}

/** Whether the bills that were due on a day, and before, were told. */
export function isPast(place: OverduePlace, day: string): boolean {
  return place.due_date > day || (place.due_date === day && place.bill_id === endOfDay(day).bill_id)
}

/** Every environment, with how far its bills were told; null where nobody has looked yet. */
export async function listOverduePlaces(
  database: Queryable,
): Promise<{ environment: RequestEnvironment; place: OverduePlace | null }[]> {
  const { rows } = await database.query<RequestEnvironment & Record<keyof OverduePlace, string | null>>({
    name: 'list-overdue-places',
    text: `select e.id, e.mode, e.time_zone, e.payment_rules, e.credit, coalesce(e.display_name, m.name) as merchant_name,
        m.slug as merchant_slug, o.due_date, o.bill_id
      from environment as e join merchant as m on m.id = e.merchant_id
      left join overdue_place as o on o.environment_id = e.id
      order by e.id`,
  })
  return rows.map(({ due_date, bill_id, ...environment }) => ({
    environment,
    place: due_date === null || bill_id === null ? null : { due_date, bill_id },
  }))
}

/** The place, locked: others who would tell the same wait, and then see how far this one has come. */
export async function lockOverduePlace(
  connection: Connection,
  environmentId: number,
): Promise<OverduePlace | undefined> {
  const { rows } = await connection.query<OverduePlace>({
    name: 'lock-overdue-place',
    text: 'select due_date, bill_id from overdue_place where environment_id = $1 for update',
    values: [environmentId],
  })
  return rows[0]
}

/** Begins at a place, unless somebody has begun already. */
export async function insertOverduePlace(
  database: Queryable,
  environmentId: number,
  { due_date, bill_id }: OverduePlace,
): Promise<void> {
  await database.query({
    name: 'insert-overdue-place',
    text: 'insert into overdue_place (environment_id, due_date, bill_id) values ($1, $2, $3) on conflict do nothing',
    values: [environmentId, due_date, bill_id],
  })
}

/** Moves a locked place. */
export async function moveOverduePlace(
  connection: Connection,
  environmentId: number,
  { due_date, bill_id }: OverduePlace,
): Promise<void> {
  await connection.query({
    name: 'move-overdue-place',
    text: 'update overdue_place set due_date = $2, bill_id = $3 where environment_id = $1',
    values: [environmentId, due_date, bill_id],
  })
}
