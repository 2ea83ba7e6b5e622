import { openPool } from '../src/database/pool.ts'
import type { Address } from './postgres.ts'

// What a payment finds by an id or a key that is in no order: the objects, and the indexes whose entries lie all over. The rest
// of what it writes goes to the right edge, or to this month's partitions.
const touchedAtRandom = `
  select pg_prewarm(c.oid) from pg_class as c
  where c.relnamespace = 'public'::regnamespace and (
    c.relname in ('customer', 'account', 'receivable', 'customer_pkey', 'account_pkey', 'receivable_pkey',
      'payment_by_customer', 'application_by_customer', 'payment_reference_pkey', 'idempotency_key_pkey')
    or c.relkind = 'i' and c.relname ~ ('^ledger_entry_' || to_char(now(), 'YYYY_MM') || '_receivable'))`

/**
 * Reads those pages into the shared buffers, as its superuser, before a slice. The other contenders' slices have taken their
 * place by then, and some machines take the file cache back too: a slice of seconds would measure the disk.
 */
export async function warmPages(address: Address): Promise<void> {
  const pool = openPool(address, 1, () => {})
  try {
    await pool.query('create extension if not exists pg_prewarm')
    await pool.query(touchedAtRandom)
  } finally {
    await pool.end()
  }
}
