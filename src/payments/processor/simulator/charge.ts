import { decode, encode } from '../../../core/id/base62.ts'
import { bucketOf, type Id } from '../../../core/id/id.ts'
import { sameSecret, type Vault } from '../../../core/secret.ts'
import { integerArray, textArray, timeArray } from '../../../database/arrays.ts'
import type { Queryable } from '../../../database/pool.ts'
import { loadSql } from '../../../database/sql.ts'
import type { ChargeState, MethodDetails } from '../processor.ts'
import { eftDetails, simulatedBanks } from './banks.ts'
import { authorisedUntil, type CaptureBehaviour } from './capture-behaviour.ts'
import { type ChargeBehaviour, cardDetails, type DeclineCode, declineOf } from './cards.ts'
import { callbacksOf, type Later, takenBackAt } from './later.ts'
import type { RefundBehaviour } from './refund-behaviour.ts'

/** A charge in the simulator's own books. */
export type SimulatorCharge = {
  id: Id
  bucket: number
  environment_id: number
  amount: bigint
  currency: string
  merchant_name: string
  status: 'open' | 'challenge' | 'pending' | 'succeeded' | 'failed'
  becomes: 'succeeded' | 'failed' | null
  settles_at: Date | null
  decline_code: DeclineCode | null
  /** What it was tried with; the column is older than the methods besides cards. */
  card: MethodDetails | null
  paycode: string | null
  /** What becomes of its refunds; null means that they succeed. */
  refunds: RefundBehaviour | null
  /** What becomes of its money after it has succeeded; null means that it stays. */
  later: Later | null
  /** `manual`: the amount is held, and captured or let go of later. */
  capture_method: 'manual' | null
  captured_amount: bigint
  voided_amount: bigint
  /** What becomes of its captures; null means that they succeed. */
  captures: CaptureBehaviour | null
  return_url: Buffer
  created_at: Date
}

const moveChargeSql = loadSql(import.meta.url, './sql/move-simulator-charge.sql')

const pendingMs = 3_000
// A payment expires after 24 hours and its card page an hour earlier, so that no charge is started on an expired
// payment.
const payableMs = 23 * 3_600_000

/** By which the simulator and the payment know a charge. */
export function simulatorReference(id: Id): string {
  return `sim_${encode(id)}`
}

/** The part of a charge's address that cannot be guessed. */
export function chargeToken(vault: Vault, id: Id): string {
  return encode(id) + vault.token('simulator charge', id)
}

/** Finds the charge of an address; `undefined` when there is none. Its environment is the charge's own. */
export async function findChargeByToken(
  pool: Queryable,
  vault: Vault,
  token: string,
): Promise<SimulatorCharge | undefined> {
  const id = decode(token.slice(0, 22))
  if (!id || !sameSecret(token, chargeToken(vault, id))) return undefined
  const { rows } = await pool.query<SimulatorCharge>({
    name: 'find-simulator-charge',
    text: 'select * from simulator_charge where id = $1 and bucket = $2',
    values: [id, bucketOf(id)],
  })
  return rows[0]
}

/** Writes a new charge; a second one for the same payment writes nothing. */
export async function insertCharge(
  pool: Queryable,
  charge: Pick<
    SimulatorCharge,
    'id' | 'environment_id' | 'amount' | 'currency' | 'merchant_name' | 'return_url' | 'created_at'
  > &
    Partial<Pick<SimulatorCharge, 'capture_method'>>,
): Promise<void> {
  await pool.query({
    name: 'insert-simulator-charge',
    text: `insert into simulator_charge
        (id, bucket, environment_id, amount, currency, merchant_name, status, return_url, created_at, capture_method)
      values ($1, $2, $3, $4, $5, $6, 'open', $7, $8, $9) on conflict do nothing`,
    values: [
      charge.id,
      bucketOf(charge.id),
      charge.environment_id,
      charge.amount,
      charge.currency,
      charge.merchant_name,
      charge.return_url,
      charge.created_at,
      charge.capture_method ?? null,
    ],
  })
}

/**
 * Writes a charge that was sent to a phone, to be approved in the app of a bank: it waits for 3 s, then succeeds; at a number that
 * ends in 0093 its payer refuses it. A second one for the same payment writes nothing.
 */
export async function insertPush(
  pool: Queryable,
  charge: Parameters<typeof insertCharge>[1],
  phone: string,
): Promise<void> {
  await insertCharge(pool, charge)
  const refused = phone.replaceAll(/\D/g, '').endsWith('0093')
  await move(
    pool,
    { ...charge, bucket: bucketOf(charge.id) },
    'open',
    {
      status: 'pending',
      becomes: refused ? 'failed' : 'succeeded',
      settles_at: new Date(charge.created_at.getTime() + pendingMs),
      decline_code: refused ? 'refused_by_payer' : null,
      card: eftDetails(simulatedBanks[0]),
    },
    charge.created_at,
  )
}

/** Until when the payer may act on a charge. */
export function payableUntil({ created_at }: Pick<SimulatorCharge, 'created_at'>): Date {
  return new Date(created_at.getTime() + payableMs)
}

/** Whether the payer may still act on the charge. */
export function isWithinTime(charge: Pick<SimulatorCharge, 'created_at'>, now: Date): boolean {
  return now < payableUntil(charge)
}

type ChargeKey = Pick<SimulatorCharge, 'id' | 'bucket' | 'environment_id'>

/** What a charge is tried with, and what comes of it; a pending one is decided after `delay_ms`, 3 s unless it says. */
export type ChargeAttempt = {
  details: MethodDetails
  behaviour: ChargeBehaviour
  captures?: CaptureBehaviour
  delay_ms?: number
  later?: Later | undefined
}

/** Tries a charge with a card or a bank. Only an open charge can be charged, so a form that is sent twice charges once. */
export async function tryCharge(
  pool: Queryable,
  charge: ChargeKey,
  { details: card, behaviour, captures, delay_ms = pendingMs, later }: ChargeAttempt,
  now: Date,
): Promise<void> {
  if (captures !== undefined) await setBehaviour(pool, charge, 'captures', captures)
  switch (behaviour.kind) {
    case 'succeeds':
      return move(pool, charge, 'open', { status: 'succeeded', settles_at: now, card, later }, now)
    case 'declined':
      return move(
        pool,
        charge,
        'open',
        {
          status: 'failed',
          settles_at: now,
          decline_code: behaviour.decline_code,
          card,
        },
        now,
      )
    case 'challenge':
      return move(pool, charge, 'open', { status: 'challenge', card }, now)
    case 'pending':
      return move(
        pool,
        charge,
        'open',
        {
          status: 'pending',
          becomes: behaviour.becomes,
          settles_at: new Date(now.getTime() + delay_ms),
          decline_code: behaviour.becomes === 'failed' ? 'processing_error' : null,
          card,
          later,
        },
        now,
      )
  }
}

/** What a test wants to become of a charge, and how it is tried. `abandoned`: nobody ever pays it. */
export type PlayedOutcome = {
  outcome: 'succeeded' | 'declined' | 'abandoned' | 'pending_succeeded' | 'pending_failed'
  method: 'card' | 'instant_eft'
  delay_s: number
  refunds: RefundBehaviour | undefined
  later: Later | undefined
  captures: CaptureBehaviour | undefined
}

/** Pays the open charge of a payment as a test wants. */
export async function playCharge(
  pool: Queryable,
  environmentId: number,
  id: Id,
  { outcome, method, delay_s, refunds, later, captures }: PlayedOutcome,
  now: Date,
): Promise<void> {
  const charge = { id, bucket: bucketOf(id), environment_id: environmentId }
  if (refunds !== undefined) await setBehaviour(pool, charge, 'refunds', refunds)
  if (captures !== undefined) await setBehaviour(pool, charge, 'captures', captures)
  if (outcome === 'abandoned') return
  const byCard = method === 'card'
  const behaviours: Readonly<Record<typeof outcome, ChargeBehaviour>> = {
    succeeded: { kind: 'succeeds' },
    declined: { kind: 'declined', decline_code: byCard ? 'generic_decline' : 'refused_by_bank' },
    pending_succeeded: { kind: 'pending', becomes: 'succeeded' },
    pending_failed: { kind: 'pending', becomes: 'failed' },
  }
  const details = byCard ? cardDetails('4242424242424242') : eftDetails(simulatedBanks[0])
  await tryCharge(pool, charge, { details, behaviour: behaviours[outcome], delay_ms: delay_s * 1_000, later }, now)
}

async function setBehaviour(
  pool: Queryable,
  { id, bucket, environment_id }: ChargeKey,
  of: 'refunds' | 'captures',
  behaviour: RefundBehaviour | CaptureBehaviour,
): Promise<void> {
  await pool.query({
    name: `set-simulator-${of}`,
    text: `update simulator_charge set ${of} = $4 where id = $1 and bucket = $2 and environment_id = $3`,
    values: [id, bucket, environment_id, behaviour],
  })
}

/** Records the payer's decision on the challenge. */
export function answerChallenge(pool: Queryable, charge: SimulatorCharge, approved: boolean, now: Date): Promise<void> {
  return move(
    pool,
    charge,
    'challenge',
    {
      status: approved ? 'succeeded' : 'failed',
      settles_at: now,
      decline_code: approved ? null : 'authentication_failed',
      card: charge.card,
    },
    now,
  )
}

/** Closes a charge that is still to be paid. */
export async function closeCharge(
  pool: Queryable,
  environmentId: number,
  id: Id,
  now: Date,
): Promise<'closed' | 'too_late'> {
  const { rowCount } = await pool.query({
    name: 'close-simulator-charge',
    text: `update simulator_charge set status = 'failed', settles_at = $4, decline_code = 'superseded'
      where id = $1 and bucket = $2 and environment_id = $3 and status in ('open', 'challenge')`,
    values: [id, bucketOf(id), environmentId, now],
  })
  return rowCount === 1 ? 'closed' : 'too_late'
}

type Move = Pick<SimulatorCharge, 'status' | 'card'> &
  Partial<Pick<SimulatorCharge, 'becomes' | 'settles_at' | 'decline_code'>> & { later?: Later | undefined }

// What is called about is due to be looked at when it happens: nothing has to run for it in the simulator.

async function move(
  pool: Queryable,
  { id, bucket, environment_id }: ChargeKey,
  from: SimulatorCharge['status'],
  to: Move,
  now: Date,
): Promise<void> {
  const { later } = to
  const callbacks = later === undefined ? [] : callbacksOf(simulatorReference(id), later, to.settles_at ?? now)
  await pool.query({
    ...moveChargeSql,
    values: [
      id,
      bucket,
      environment_id,
      from,
      to.status,
      to.becomes ?? null,
      to.settles_at ?? null,
      to.decline_code ?? null,
      to.card,
      later ?? null,
      simulatorReference(id),
      textArray(callbacks.map(({ event_id }) => event_id)),
      integerArray(callbacks.map(({ bucket }) => bucket)),
      timeArray(callbacks.map(({ at }) => at)),
      now,
    ],
  })
}

/** The state of a charge at an instant: a pending one resolves by the clock alone, so nothing has to run for it. */
export function stateAt(charge: SimulatorCharge, now: Date): ChargeState {
  const { settles_at, becomes } = charge
  const method_details = charge.card ?? undefined
  const status = charge.status === 'pending' && settles_at && settles_at <= now && becomes ? becomes : charge.status
  switch (status) {
    case 'open':
      return { status: 'open' }
    case 'challenge':
      // As at a real processor: until the challenge is answered, nothing was charged.
      return { status: 'open' }
    case 'pending':
      return { status: 'pending', method_details }
    case 'succeeded':
      return takenAt(charge, settles_at ?? now, now)
    case 'failed':
      return {
        status: 'failed',
        decline: declineOf(charge.decline_code ?? 'generic_decline', charge.card),
        method_details,
      }
  }
}

/** What was taken of a charge at an instant, or is held for it: what expires is let go of by the clock alone. */
function takenAt(charge: SimulatorCharge, at: Date, now: Date): ChargeState {
  const { amount, currency, capture_method, captured_amount, voided_amount } = charge
  const taken = { at, amount, currency, method_details: charge.card ?? undefined }
  if (capture_method === null) {
    return { status: 'succeeded', ...taken, ...takenBackAt(charge, simulatorReference(charge.id), now) }
  }
  const expires_at = authorisedUntil(at, charge.captures)
  const released = now < expires_at ? voided_amount : amount - captured_amount
  return { status: 'authorised', ...taken, expires_at, captured: captured_amount, released }
}
