import { Journal } from '../../../src/ledger/journal.ts'
import type { Arrival, PaymentCommand, PaymentTarget } from '../../../src/ledger/payments/command.ts'
import { type Decision, decide, enterPayment } from '../../../src/ledger/payments/decide.ts'
import { type Receivable, ReceivableIndex } from '../../../src/ledger/receivable.ts'
import type { LockedPayment } from '../../../src/ledger/store.ts'
import { idOf, minutes, now, payer, readEntries } from '../receivables.ts'

/** The payment of every test, unless it says otherwise. */
export const paymentId = idOf(50)

/** Who asked for it. */
export const actor = 'key:1' as never

/** Money of 100 that arrives for a target. */
export function arrival(target: PaymentTarget, more: Partial<Arrival['payment']> = {}): Arrival {
  const payment = {
    id: paymentId,
    customer_id: payer,
    amount: 100n,
    currency: 'ZAR',
    channel: 'eft',
    source: 'clearing:eft' as const,
    received_at: minutes(-10),
    metadata: {},
    ...more,
  }
  const reason = 'It is theirs'
  return { environment: { id: 3, mode: 'live' }, actor, request_id: 'req_1', reason, payment, target }
}

/** All that the payer owes. */
export const overAll: PaymentTarget = { kind: 'policy', policy: 'in_order', scope: { customer: payer } }

/** Decides and enters it as the write path does, with what it entered. */
export function enter<From extends Arrival>(command: From, owed: Receivable[], started?: LockedPayment) {
  const receivables = new ReceivableIndex(owed)
  const journal = new Journal(now)
  const entered = readEntries(journal)
  const decision = decide(command, receivables) as Decision
  const applied = enterPayment(command, decision, receivables, journal, now, started)
  return { applied, transactions: entered(), receivables }
}

/** The same money as it is recorded, or as a session has asked for it. */
export function commandOf(
  target: PaymentTarget,
  more: Partial<PaymentCommand> = {},
  payment: Partial<Arrival['payment']> = {},
): PaymentCommand {
  const { reason: _, ...asked } = arrival(target, payment)
  const claim = { kind: 'record' as const, reference: 'R 1', fingerprint: Buffer.from('f') }
  const renderer = { payment: () => ({ status: 201, body: '' }), problem: () => ({ status: 409, body: '' }) }
  return { ...asked, claim, renderer, ...more }
}
