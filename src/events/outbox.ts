import { integerArray, textArray, timeArray, uuidArray } from '../database/arrays.ts'
import type { Queryable } from '../database/pool.ts'
import { jsonTexts, loadSql } from '../database/sql.ts'
import type { NewEvent } from './render.ts'

const writeEventsSql = loadSql(import.meta.url, './sql/write-events.sql')

/** Writes events and their deliveries, in the transaction of the change that they report. */
export async function writeEvents(connection: Queryable, events: NewEvent[]): Promise<void> {
  if (events.length === 0) return
  await connection.query({
    ...writeEventsSql,
    values: [
      uuidArray(events.map(({ id }) => id)),
      integerArray(events.map(({ bucket }) => bucket)),
      integerArray(events.map(({ environment_id }) => environment_id)),
      textArray(events.map(({ type }) => type)),
      uuidArray(events.map(({ subject_id }) => subject_id)),
      jsonTexts(events.map(({ body }) => body)),
      timeArray(events.map(({ created_at }) => created_at)),
      jsonTexts(events.map(({ personal }) => personal)),
    ],
  })
}
