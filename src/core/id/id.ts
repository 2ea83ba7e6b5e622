import { randomFillSync } from 'node:crypto'
import { assert } from '../assert.ts'
import { decode, encode } from './base62.ts'
import { byteAt, putByte } from './hex.ts'

/**
 * An id is 128 bits: 48 bits of time in ms, 64 random bits, and the bucket (the shard key) as the last 16. Inside the
 * program it is a string in the form of a `uuid`, which is how PostgreSQL stores it; in the API it is a prefix and 22
 * base62 characters. It is not an RFC 9562 uuid and is never validated as one.
 */
export type Id = string

export const idPrefixes = {
  customer: 'bcus_',
  account: 'bacc_',
  bill: 'bill_',
  payment: 'pay_',
  payment_request: 'pr_',
  payment_session: 'ps_',
  checkout_session: 'chk_',
  transfer_notice: 'tn_',
  obligation: 'ob_',
  adjustment: 'adj_',
  reversal: 'rev_',
  refund: 're_',
  settlement: 'stl_',
  settlement_line: 'sln_',
  dispute: 'dis_',
  capture: 'cap_',
  transaction: 'txn_',
  entry: 'ent_',
  event: 'evt_',
  endpoint: 'whe_',
  // That of a pair: delivery-id.ts.
  delivery: 'dlv_',
  replay: 'rpl_',
  api_key: 'key_',
  audit: 'aud_',
} as const

export type IdKind = keyof typeof idPrefixes

const idKinds = Object.keys(idPrefixes) as IdKind[]

export const bucketCount = 65_536

// Random bytes are drawn 4 kB at a time: one system call for 1,024 ids instead of one each.
const pool = Buffer.alloc(4096)
let poolOffset = pool.length

function random32(): number {
  if (poolOffset + 4 > pool.length) {
    randomFillSync(pool)
    poolOffset = 0
  }
  poolOffset += 4
  return pool.readUInt32BE(poolOffset - 4)
}

// The buffer in which an id is put together, so that only one string is made for it.
const text = Buffer.from('00000000-0000-0000-0000-000000000000', 'latin1')

function put16(at: number, value: number): void {
  putByte(text, at, value >>> 8)
  putByte(text, at + 2, value & 255)
}

const word = 2 ** 32
let lastMs = -1
let high = 0
let low = 0

/**
 * Makes a new id in `bucket` (0 to 65,535) at the instant `nowMs`. Ids that one process makes in one millisecond
 * ascend: the random part increases by a random step of 32 bits, so the rows of a payment keep their order and no id
 * reveals the next.
 */
export function newId(bucket: number, nowMs: number): Id {
  assert(Number.isInteger(bucket) && bucket >= 0 && bucket < bucketCount, 'the bucket is out of range')
  if (nowMs !== lastMs) {
    lastMs = nowMs
    put16(0, Math.floor(nowMs / word))
    put16(4, Math.floor(nowMs / 65_536) % 65_536)
    put16(9, nowMs % 65_536)
    // The top bit is left free, so that four billion steps cannot overflow.
    high = random32() >>> 1
    low = random32()
  } else {
    low += random32() + 1
    if (low >= word) {
      low -= word
      high += 1
    }
  }
  put16(14, high >>> 16)
  put16(19, high & 65_535)
  put16(24, low >>> 16)
  put16(28, low & 65_535)
  put16(32, bucket)
  return text.toString('latin1')
}

/**
 * A second id that belongs to a first one, always the same: of something that is made at most once for it. It has the bit that new
 * ids leave free.
 */
export function siblingId(id: Id): Id {
  const digit = Number.parseInt(id.charAt(14), 16) | 8
  return id.slice(0, 14) + digit.toString(16) + id.slice(15)
}

/** The smallest id that can be made at the instant `nowMs`: where a range of ids begins. */
export function firstIdAt(nowMs: number): Id {
  const time = Math.max(0, nowMs).toString(16).padStart(12, '0')
  return `${time.slice(0, 8)}-${time.slice(8)}-0000-0000-000000000000`
}

/** A bucket for a row that belongs to no customer yet, such as a new customer. */
export function randomBucket(): number {
  return random32() % bucketCount
}

/** The bucket that an id carries in its last 16 bits. */
export function bucketOf(id: Id): number {
  return (byteAt(id, 32) << 8) | byteAt(id, 34)
}

/** The instant, in ms, at which an id was made. */
export function timeOf(id: Id): number {
  return Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16)
}

/** Formats an id as the API shows it: the kind's prefix and 22 base62 characters. */
export function formatId(kind: IdKind, id: Id): string {
  return idPrefixes[kind] + encode(id)
}

/** Parses what `formatId` returned; `undefined` when it is not an id of that kind. */
export function parseId(kind: IdKind, shown: string): Id | undefined {
  const prefix = idPrefixes[kind]
  return shown.startsWith(prefix) ? decode(shown.slice(prefix.length)) : undefined
}

/** The kind whose ids a text reads as one of; `undefined` when it reads as no id. */
export function kindOfId(text: string): IdKind | undefined {
  return idKinds.find((kind) => parseId(kind, text) !== undefined)
}

/** Whether a text reads as an id of any kind: a reference must not, since it stands in place of one. */
export function readsAsId(text: string): boolean {
  return kindOfId(text) !== undefined
}
