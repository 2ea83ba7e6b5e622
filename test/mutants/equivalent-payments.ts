import type { Equivalent } from './survivors.ts'

/** Those of payments, and of what changes balances. */
export const equivalentPayments: Equivalent[] = [
  {
    file: 'src/ledger/payments/decide.ts',
    line: 'const most = receivable.balance > 0n ? receivable.balance : 0n',
    replaced: 'receivable.balance > 0n',
    replacement: 'receivable.balance >= 0n',
    reason: 'Where the balance is zero, either is zero.',
  },
  {
    file: 'src/billing/credit/amount.ts',
    line: 'const most = credit < owed ? credit : owed',
    replaced: 'credit < owed',
    replacement: 'credit <= owed',
    reason: 'Where both are equal, either is the same amount.',
  },
  {
    file: 'src/ledger/payments/write.ts',
    line: 'jsonTexts(payments.map(({ details }) => (details === undefined ? null : JSON.stringify(details)))),',
    replaced: 'details === undefined',
    replacement: 'false',
    reason: 'Of nothing JSON is nothing, which is sent as an empty text too; it is asked for the type.',
  },
  {
    file: 'src/ledger/payments/write.ts',
    line: "return claim.kind === 'session' ? claim.method_details : undefined",
    replaced: "claim.kind === 'session'",
    replacement: 'true',
    reason: 'No other claim has details; it is asked for the type.',
  },
  {
    file: 'src/ledger/payments/checkouts.ts',
    line: "const id = command.claim.kind === 'session' ? command.claim.checkout_id : undefined",
    replaced: "command.claim.kind === 'session'",
    replacement: 'true',
    reason: 'No other claim names a request or session; it is asked for the type.',
  },
  {
    file: 'src/ledger/payments/notices.ts',
    line: 'const checkout = notice.checkout_id === null ? undefined : inputs.checkouts.get(notice.checkout_id)',
    replaced: 'notice.checkout_id === null',
    replacement: 'false',
    reason: 'Nothing is found by no id; it is asked for the type.',
  },
  {
    file: 'src/billing/bill/enter-set-off.ts',
    line: "if (row.kind === 'bill' && row.status === 'paid') events.push(objectEvent(context, bills, 'bill.paid', row))",
    replaced: "row.kind === 'bill'",
    replacement: 'true',
    reason: 'Nothing else is ever of the status of a bill; it is asked for the type.',
  },
  {
    file: 'src/payments/session/first-of-chosen.ts',
    line: 'const part = amount < left ? amount : left',
    replaced: 'amount < left',
    replacement: 'amount <= left',
    reason: 'Where both are equal, either is the same amount.',
  },
]
