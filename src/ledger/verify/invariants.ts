/** An invariant of the books: what always holds, why, and what besides `verify` makes sure of it. */
export type Invariant = { title: string; meaning: string; kept_by?: string }

/**
 * Every invariant by its number, which `verify` prints. docs/reference/invariants.md is generated from this and from the
 * checks. A number, once published, keeps its meaning.
 */
export const invariants = {
  I1: {
    title: 'Every acknowledged payment exists exactly once',
    meaning:
      'A payment whose caller got a success is in the database once, also after a retry, a lost connection or a kill. The response leaves after the commit; and unique keys refuse a second payment with the same reference in a channel (unless it replaces one that was wholly reversed, once), the same reference of a processor, or the same Idempotency-Key.',
    kept_by:
      'The database does not know which responses were received, so `verify` cannot check this. `test/fault/kill.test.ts` kills a server under load and compares what it had acknowledged with what is there.',
  },
  I2: {
    title: 'Every ledger transaction sums to zero in each currency',
    meaning:
      'A transaction has at least two entries, and what one side gains the other loses. So the ledger neither makes nor loses money.',
  },
  I3: {
    title: 'Every balance is the sum of its entries',
    meaning:
      'The balance that is stored for a customer, an account or a bill is the sum of its entries, and its version is their number.',
  },
  I4: {
    title: 'The entries of a balance form an unbroken chain',
    meaning:
      'Each entry raises the version of its balance by one, and its `balance_after` continues the one before. So an entry that is missing, changed or entered twice shows in its place.',
  },
  I5: {
    title: 'Money does not vanish',
    meaning:
      'What arrived is applied, unapplied, reversed or refunded, or direct when it is for nothing in Billing. Money whose payer is unknown lies in suspense until it is assigned: then it goes on as another payment, once. Money that was posted to the wrong customer goes on in the same way, and what a bank takes back is taken where it is by then. Of a payment that is captured by hand it is what was captured, which with what was let go of is no more than was authorised. The payment, its applications, their reversals, its refunds and disputes, the balances that they moved, and the clearing, unapplied, direct, suspense, refund and loss accounts all say the same. What a processor owes is what was charged, less what was refunded, taken back, kept as fees and settled, by processor and currency; each fee and each settlement is booked once, and what is settled and not ours stands in an account of its own. What a processor takes back beyond what is left of a payment is a loss. Of a bill, amount_due + amount_adjusted = amount_paid + amount_written_off + amount_remaining, as the entries say, and every adjustment is in the system account of its kind. Credit that is set off moves between two balances of one customer, and neither goes beyond zero.',
  },
  I6: {
    title: 'Every step of a balance and every change of an object has exactly one event',
    meaning:
      'Each application has one `obligation.amount_applied`, each reversal of one `obligation.amount_reversed`, each reversal of a payment `payment.reversed`, each transfer `payment.transferred`, each refund that succeeded `payment.refunded` and each that failed `payment.refund_failed`, each capture `payment.captured`, each void `payment.voided`, each dispute as many events as it has versions, each adjustment the event of its object, and each set-off of credit the events of both. Such an event has the id of what it reports, or of its ledger transaction, so a second one cannot be written. What else is changed of a customer, an account, a bill, a payment request or a payment session has one event too, and so has each payment that succeeded on a page, and each settlement. What was changed before an upgrade that brought these events has none. Events are dropped by whole months, once a month ended 90 days ago by the clock of the database.',
  },
  I7: {
    title: 'Every event is delivered to each endpoint that takes its type',
    meaning:
      'An event and its deliveries are written in the transaction of the change that the event reports. A delivery ends by an attempt that succeeded, or by the last one of the schedule.',
  },
  I8: {
    title: 'An Idempotency-Key gets the same response',
    meaning:
      'For 24 hours the same key gets the same status and the same bytes, and nothing happens twice. The one exception is the response that named a customer who has since been pseudonymised: it becomes `response_erased`.',
    kept_by:
      'A claimed key and its response are rows of the transaction of their effect. `test/api/idempotency.test.ts` compares the bytes.',
  },
  I9: {
    title: 'A response shows its own environment only, and documented fields only',
    meaning:
      'To a key the objects of another environment do not exist, whether they are named by id or by reference. A response contains no field that openapi.json does not describe.',
    kept_by:
      'Every query names the environment. `test/api/isolation.test.ts` tries every call with the keys of others, and every call of the test suite is compared with openapi.json.',
  },
  I10: {
    title: 'Entries and events are never changed or deleted',
    meaning:
      'The role that serves has no right to update, delete or truncate ledger transactions, entries, events, their positions in the feed and audit entries. Only the personal part of an event can be blanked, together with its customer, by a function that runs with the rights of the owner.',
  },
  I11: {
    title: 'Every amount is whole and within its limits',
    meaning:
      'Currencies are active codes of ISO 4217, amounts are integers in minor units, no entry is zero, and balances stay within 10^15 in either direction.',
  },
  I12: {
    title: 'No due delivery is skipped',
    meaning:
      'Deliveries are taken in the order in which they are due, so none may still wait that was due for an hour when a later one was sent. One that is put off for good waits for an endpoint that is disabled, paused or being woken up, or in a queue of one that is ordered.',
  },
  I13: {
    title: 'Logs contain no personal data, no secret and no link',
    meaning:
      'The log of a request holds the pattern of its route and not its address, which may contain a reference or the link of a payer. Names, e-mail addresses, references, card data, keys and signing secrets are never given to the logger.',
    kept_by: 'No check sees every line that may be logged: this is reviewed with every change that logs something.',
  },
  I14: {
    title: 'Rows that describe each other agree',
    meaning:
      'A status agrees with its amounts and instants, whatever is named exists in the same environment, a copy equals its original, and every id ends in the bucket of its row. Nothing that is owed, in credit or unapplied belongs to an archived object.',
  },
} as const satisfies Readonly<Record<`I${number}`, Invariant>>

export type InvariantNumber = keyof typeof invariants
