import { expect } from 'vitest'

/** An event as a receiver gets it. */
export type ToldEvent = { id: string; type: string; data: Told }
// biome-ignore lint/suspicious/noExplicitAny: a receiver looks into data of every shape
type Told = any
type Step = { balance_before: number; balance_after: number }

/** What a receiver makes of an object: what was told of it last, its balance, and what is in the archive. */
export type ToldObject = {
  /** The newest whole object that was told, without what follows from the balance. */
  fields: Told
  version: number
  archived: boolean
  /** Undefined where none is tracked. */
  // biome-ignore lint/suspicious/noExplicitAny: a bill always has one
  balance: any
}
export type ToldPayment = { amount: number; unapplied: number; reversed: number; refunded: number }

/**
 * The books as somebody keeps them who sees events and nothing else, in whatever order they arrive. Shares no code with the
 * server.
 */
export class ToldBook {
  readonly #events: ToldEvent[]

  constructor(events: ToldEvent[]) {
    // An event may arrive twice.
    this.#events = [...new Map(events.map((event) => [event.id, event])).values()]
  }

  /** Every step of a balance, in order: each is told once, none is missing, and each begins where the one before it ended. */
  stepsOf(id: string): Step[] {
    const steps = this.#events
      .filter(({ type, data }) => data.sequence !== undefined && ownerOf(type, data) === id)
      .map(({ data }) => data)
      .sort((one, other) => one.sequence - other.sequence)
    expect([id, steps.map(({ sequence }) => sequence)]).toEqual([id, steps.map((_, at) => at + 1)])
    expect([id, steps.map((step) => step.balance_before)]).toEqual([
      id,
      steps.map((_, at) => (at === 0 ? 0 : steps[at - 1].balance_after)),
    ])
    return steps
  }

  /** An object by what was told of it: the newest of its versions is the one that counts. */
  object(id: string): ToldObject {
    const told = this.#events.filter(({ type, data }) => isAboutObject(type) && data.id === id)
    const byVersion = told.toSorted((one, other) => one.data.object_version - other.data.object_version)
    // Neither changes the object: one tells of the balance alone, the other of what the money has done.
    const changes = byVersion.filter(({ type }) => !/^(customer|account)\.balance_adjusted$|^bill\.paid$/.test(type))
    expect([id, changes.map(({ data }) => data.object_version)]).toEqual([id, changes.map((_, at) => at + 1)])
    const whole = byVersion.findLast(({ type }) => !type.endsWith('archived'))?.data
    const steps = this.stepsOf(id)
    return {
      fields: whole,
      version: changes.length,
      archived: changes.at(-1)?.data.archived_at !== undefined,
      balance: steps.at(-1)?.balance_after ?? whole.balance,
    }
  }

  /** A bill as `GET` shows its amounts and its state. */
  bill(id: string) {
    const { fields, balance, archived, version } = this.object(id)
    const { amount_due, amount_adjusted, amount_written_off } = fields
    const asked = amount_due + amount_adjusted - amount_written_off
    const voided = this.#events.some(({ type, data }) => type === 'bill.voided' && data.id === id)
    const amount_remaining: number = voided ? asked : balance
    const amounts = { amount_due, amount_adjusted, amount_written_off, amount_remaining }
    const status = voided ? 'voided' : amount_remaining > 0 ? 'unpaid' : 'paid'
    return { fields, archived, version, status, amounts: { ...amounts, amount_paid: asked - amount_remaining } }
  }

  /** How often a bill was told to be paid. */
  paid(id: string): number {
    return this.#events.filter(({ type, data }) => type === 'bill.paid' && data.id === id).length
  }

  /** How often money or credit brought what a bill owes to zero, or it was set as paid by hand. */
  closedByMoney(id: string): number {
    const causes = ['payment', 'application', 'amount_paid_set', 'credit']
    return this.#events.filter(
      ({ data }) => (data.bill_id === id || data.id === id) && data.balance_after === 0 && causes.includes(data.cause),
    ).length
  }

  /** A payment by the money that was told: what came in, what is held, what was taken back or sent back. */
  payment(id: string): ToldPayment {
    const told = this.#events.filter(
      ({ type, data }) => /^(obligation|payment|dispute)\./.test(type) && data.payment_id === id,
    )
    const sum = (type: string, of: (data: Told) => number) =>
      told.filter((event) => event.type === type).reduce((total, { data }) => total + of(data), 0)
    // A refund may have succeeded before it failed: it took what it took once.
    const refunds = new Map(
      told.flatMap(({ type, data }) => (/^payment\.refund/.test(type) ? [[data.id, data] as const] : [])),
    )
    const failed = new Set(told.flatMap(({ type, data }) => (type === 'payment.refund_failed' ? [data.id] : [])))
    const sent = [...refunds.values()]
    const came = (data: Told) => (data.cause === 'payment' ? data.amount : 0)
    const held = sum('payment.amount_unapplied', ({ amount }) => amount)
    const later = sum('obligation.amount_applied', (data) => (data.cause === 'application' ? data.amount : 0))
    const back = sum('obligation.amount_reversed', (data) => (data.cause === 'application_reversal' ? data.amount : 0))
    // What came back of a refund and is applied again was never held; what of it is held is told like money that arrives.
    const again = sent.filter(({ id }) => failed.has(id)).reduce((total, { amount }) => total + amount, 0)
    const backAgain = sum('obligation.amount_applied', (data) =>
      ['refund_failed', 'dispute_won'].includes(data.cause) ? data.amount : 0,
    )
    // What came back of a dispute and undid no loss is money of the payment again; so is what covered a loss, taken once more.
    const won = sum('dispute.closed', (data) => (data.reinstated_at ? data.amount - (data.losses_amount ?? 0) : 0))
    const covered = sum('payment.refund_failed', (data) => data.losses_amount ?? 0)
    // A reversal of the payment that this one came of took some of it.
    const shares: Told[] = this.#events
      .flatMap(({ type, data }) => (type === 'payment.reversed' ? (data.transferred ?? []) : []))
      .filter((share: Told) => share.payment_id === id)
    return {
      amount: held + sum('obligation.amount_applied', came) + backAgain - again - won + covered,
      unapplied:
        held -
        later +
        back -
        sum('payment.reversed', (data) => data.unapplied_amount) -
        sum('payment.transferred', (data) => data.unapplied_amount) -
        shares.reduce((total, { unapplied_amount }) => total + unapplied_amount, 0) -
        sent.reduce((total, { unapplied_amount }) => total + unapplied_amount, 0),
      refunded: sent.filter(({ id }) => !failed.has(id)).reduce((total, { amount }) => total + amount, 0),
      reversed:
        sum('payment.reversed', (data) => data.amount - (data.uncovered_amount ?? 0)) +
        shares.reduce((total, { amount }) => total + amount, 0) -
        won +
        covered,
    }
  }
}

const isAboutObject = (type: string) => /^(customer|account|bill)\./.test(type)

/** Whose balance an event moves. */
function ownerOf(type: string, data: Told): string {
  return isAboutObject(type) ? data.id : (data.bill_id ?? data.account_id ?? data.customer_id)
}
