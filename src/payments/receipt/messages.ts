import { bucketOf, type Id } from '../../core/id/id.ts'
import type { Vault } from '../../core/secret.ts'
import type { Connection, Queryable } from '../../database/pool.ts'
import { loadSql } from '../../database/sql.ts'
import type { StoredReceipt } from './store.ts'

/** A receipt that is to be sent to an address. */
export type ReceiptMessage = {
  payment_id: Id
  address_hash: string
  bucket: number
  address: Buffer
  requested_at: Date
  /** Of the page where it was asked for. */
  language: string | null
}

// A receipt is for whoever paid, and perhaps their bookkeeper; the form must not become a way to write to strangers.
const addressesMax = 5

const addMessageSql = loadSql(import.meta.url, './sql/add-message.sql')
const claimMessagesSql = loadSql(import.meta.url, './sql/claim-messages.sql')

/** What is kept of an address: the case of it does not matter. */
export function addressHash(vault: Vault, paymentId: Id, address: string): string {
  return vault.token('receipt address', paymentId, address.toLowerCase())
}

/**
 * Notes that a receipt is wanted at an address. `new` where something is to be done for it; `known` where that was done or is under
 * way; `too_many` where there are five other addresses. Where no e-mail is sent from here, `by_mail` is false: then the address is
 * not kept.
 */
export async function addMessage(
  connection: Connection,
  vault: Vault,
  { payment_id, bucket, environment_id }: Pick<StoredReceipt, 'payment_id' | 'bucket' | 'environment_id'>,
  { address, language, now, by_mail }: { address: string; language: string; now: Date; by_mail: boolean },
): Promise<'new' | 'known' | 'too_many'> {
  const hash = addressHash(vault, payment_id, address)
  await connection.query({
    name: 'lock-receipt',
    text: 'select 1 from receipt where payment_id = $1 and bucket = $2 for no key update',
    values: [payment_id, bucket],
  })
  const { rowCount } = await connection.query({
    ...addMessageSql,
    values: [
      payment_id,
      bucket,
      hash,
      environment_id,
      by_mail ? vault.encrypt(address) : null,
      now,
      addressesMax,
      language,
    ],
  })
  if (rowCount === 1) return 'new'
  const { rowCount: known } = await connection.query({
    name: 'find-receipt-message',
    text: 'select 1 from receipt_message where payment_id = $1 and address_hash = $2 and bucket = $3',
    values: [payment_id, hash, bucket],
  })
  return known === 1 ? 'known' : 'too_many'
}

/** Claims messages that are due, oldest first. Several processes share the work. */
export async function claimMessages(pool: Queryable, now: Date, limit: number): Promise<ReceiptMessage[]> {
  const { rows } = await pool.query<ReceiptMessage>({ ...claimMessagesSql, values: [now, limit] })
  return rows
}

/** Ends a message: it was sent at `sent_at`, or it is given up. Its address is forgotten. */
export async function endMessage(
  pool: Queryable,
  { payment_id, address_hash }: Pick<ReceiptMessage, 'payment_id' | 'address_hash'>,
  sent_at: Date | null,
): Promise<void> {
  await pool.query({
    name: 'end-receipt-message',
    text: `update receipt_message set address = null, next_try_at = null, sent_at = $4
      where payment_id = $1 and address_hash = $2 and bucket = $3`,
    values: [payment_id, address_hash, bucketOf(payment_id), sent_at],
  })
}
