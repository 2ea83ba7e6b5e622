import type { AppContext } from '../context.ts'
import { bucketOf, type Id } from '../core/id/id.ts'
import { uuidArray } from '../database/arrays.ts'
import { type Connection, isSpread, type Queryable } from '../database/pool.ts'

type Customer = { id: Id; environment_id: number }

/** The personal parts of the events of a customer who is pseudonymised, and what receivers have answered to them. */
export async function eraseEvents(database: Queryable, { id, environment_id }: Customer): Promise<void> {
  await database.query({
    name: 'erase-customer-events',
    text: 'select erase_customer_events($1, $2)',
    values: [environment_id, id],
  })
}

/**
 * Leaves them to `eraseLeft`, all but those that tell of the erasure. What is erased with the rights of the owner cannot be erased in a
 * transaction that has changed rows with those of the server, where tables are spread over machines.
 */
export async function leaveEvents(
  connection: Connection,
  { id, environment_id }: Customer,
  told: readonly Id[],
): Promise<void> {
  await connection.query({
    name: 'leave-customer-events',
    text: 'insert into unerased_customer (customer_id, bucket, environment_id, told) values ($1, $2, $3, $4)',
    values: [id, bucketOf(id), environment_id, uuidArray([...told])],
  })
}

const stepCustomers = 100

/** Erases what was left, each customer's by itself. Of one whose machine is away it is tried again. Ends early when the signal is aborted. */
export async function eraseLeft(
  { pool, log }: Pick<AppContext, 'pool' | 'log'>,
  stopping?: AbortSignal,
): Promise<void> {
  if (!isSpread(pool)) return
  const { rows } = await pool.query<Customer>({
    name: 'list-unerased-customers',
    text: 'select customer_id as id, environment_id from unerased_customer order by customer_id limit $1',
    values: [stepCustomers],
  })
  for (const customer of rows) {
    if (stopping?.aborted) return
    try {
      await eraseEvents(pool, customer)
      await pool.query({
        name: 'note-erased-customer',
        text: 'delete from unerased_customer where customer_id = $1 and bucket = $2',
        values: [customer.id, bucketOf(customer.id)],
      })
    } catch (error) {
      log.error({ err: error, customer: customer.id }, 'the events of a pseudonymised customer are not erased yet')
    }
  }
}
