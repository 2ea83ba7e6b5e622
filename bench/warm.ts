import { openPool } from '../src/database/pool.ts'
import type { Address } from './postgres.ts'

// The tables and indexes in which a payment reads or writes at random places. Everything else that it writes goes to the end of an
// index, or to this month's partitions.
const touchedAtRandom = `
  select pg_prewarm(c.oid) from pg_class as c
  where c.relnamespace = 'public'::regnamespace and (
    c.relname in ('customer', 'account', 'receivable', 'customer_pkey', 'account_pkey', 'receivable_pkey',
      'payment_by_customer', 'application_by_customer', 'payment_reference_pkey', 'idempotency_key_pkey')
    or c.relkind = 'i' and c.relname ~ ('^ledger_entry_' || to_char(now(), 'YYYY_MM') || '_receivable'))`

/**
 * Reads those pages into the shared buffers before a slice, as the superuser. The other workloads have displaced them by then, on
 * some machines from the file cache too, so a slice of a few seconds would measure the disk.
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
