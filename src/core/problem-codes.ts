/**
 * Every refusal the API can give: its status, its title, and the page's sentence on what to do. A code, once published,
 * keeps its meaning. Source of the statuses: design, section 6; RFC 9110.
 */
export const problems = {
  malformed_json: {
    status: 400,
    title: 'The body is not JSON',
    help: 'Send one JSON object, UTF-8, with Content-Type: application/json.',
  },
  invalid_request: {
    status: 400,
    title: 'The request is not well formed',
    help: 'Each item of `errors` names a member by its JSON pointer and says what is expected there.',
  },
  unsupported_media_type: {
    status: 400,
    title: 'The body has another media type',
    help: 'Send Content-Type: application/json.',
  },
  body_too_large: { status: 400, title: 'The body is too large', help: 'A body has at most 256 KiB.' },
  invalid_cursor: {
    status: 400,
    title: 'The cursor is not of this list',
    help: 'Use next_cursor of the same list, with the same filters, unchanged.',
  },
  invalid_idempotency_key: {
    status: 400,
    title: 'The Idempotency-Key is not usable',
    help: 'A key has 1 to 255 visible ASCII characters; quotes around it are optional.',
  },
  unauthenticated: {
    status: 401,
    title: 'No valid API key',
    help: 'Send Authorization: Bearer sk_… with a secret key of this environment.',
  },
  key_revoked: {
    status: 403,
    title: 'The key has been revoked',
    help: 'Make a new one with `tallystick keys create`.',
  },
  key_expired: { status: 403, title: 'The key has expired', help: 'Make a new one with `tallystick keys create`.' },
  not_found: {
    status: 404,
    title: 'The requested resource was not found',
    help: 'Check the id or reference, and that the key is of the same environment as the object.',
  },
  external_reference_taken: {
    status: 409,
    title: 'The external reference is taken',
    help: 'A reference belongs to one object of its kind for good; retrieve that object by it.',
  },
  payment_reference_conflict: {
    status: 409,
    title: 'The reference belongs to another payment',
    help: 'A reference is unique for ever per channel. The same payment may be sent again unchanged; another one needs another reference.',
  },
  currency_fixed: {
    status: 409,
    title: 'The currency can no longer change',
    help: 'A currency changes only while nothing has been entered in it.',
  },
  bill_voided: { status: 409, title: 'The bill is voided', help: 'A voided bill is final. Raise a new one.' },
  bill_has_payments: {
    status: 409,
    title: 'The bill has been paid or partly paid',
    help: 'Undo its applications and manual adjustments first, then void it.',
  },
  amount_paid_below_applied: {
    status: 409,
    title: 'Payments have applied more than that',
    help: 'amount_paid cannot go below what payments applied; reverse an obligation first.',
  },
  balance_not_zero: {
    status: 409,
    title: 'Something is still owed or held',
    help: 'Settle the balance, the bills and the unapplied money first.',
  },
  archived: { status: 409, title: 'The object is archived', help: 'Unarchive it first.' },
  payment_state: {
    status: 409,
    title: 'The state of the payment does not allow that',
    help: 'Retrieve the payment and look at its status and amounts.',
  },
  idempotency_in_flight: {
    status: 409,
    title: 'A request with this key is still running',
    help: 'Wait for it, then send the same request again.',
  },
  response_erased: {
    status: 409,
    title: 'The answer has been erased',
    help: 'What the key stood for was done. Its answer told of a customer who was pseudonymised since; retrieve the object.',
  },
  precondition_failed: {
    status: 412,
    title: 'The object has changed',
    help: 'Retrieve it again and send its ETag in If-Match.',
  },
  idempotency_key_reused: {
    status: 422,
    title: 'The key was used for another request',
    help: 'Use a new Idempotency-Key for each new request.',
  },
  currency_required: { status: 422, title: 'A currency is needed', help: 'Send `currency` with the first balance.' },
  currency_mismatch: {
    status: 422,
    title: 'The currencies differ',
    help: 'Money is applied in its own currency only.',
  },
  amount_out_of_range: {
    status: 422,
    title: 'The amount goes beyond the limits',
    help: 'Bills and payments go to 999,999,999,999, balances to 10^15 either way, in minor units.',
  },
  amount_exceeds_remaining: {
    status: 422,
    title: 'The amount is more than what remains',
    help: 'Send at most what remains, or allow overpayment where that is possible.',
  },
  metadata_too_large: {
    status: 422,
    title: 'Too much metadata',
    help: 'At most 10 keys, of 40 characters, with values of 500; the count is taken after merging.',
  },
  no_balance: {
    status: 422,
    title: 'The object has no balance',
    help: 'Give it a balance and a currency first, or name a bill or an account that has one.',
  },
  statement_too_long: {
    status: 422,
    title: 'The statement would be too long',
    help: 'A statement has at most 1,000 movements: ask for a shorter span, or read the entries page by page.',
  },
  invalid_allocation: {
    status: 422,
    title: 'The allocations cannot be made as written',
    help: 'Each item of `errors` names the allocation and the reason. Or send a policy instead.',
  },
  customer_mismatch: {
    status: 422,
    title: 'The objects belong to different customers',
    help: 'Name a customer and an account, or receivables, that belong together.',
  },
  invalid_dates: {
    status: 422,
    title: 'The dates contradict each other',
    help: 'A bill is due on its own date or later, and nothing lessens it from before all that it owes counts.',
  },
  invalid_payment_rules: {
    status: 422,
    title: 'The payment rules contradict each other',
    help: 'min_amount is at most max_amount, after inheritance.',
  },
  url_not_allowed: {
    status: 422,
    title: 'The URL may not be called',
    help: 'Use a public https address; a private receiver has to be named in TALLYSTICK_WEBHOOK_ALLOWED_HOSTS.',
  },
  too_many_endpoints: {
    status: 422,
    title: 'There are too many endpoints',
    help: 'Delete one that is no longer used, or let one endpoint receive several types of events.',
  },
  internal_error: {
    status: 500,
    title: 'Something is wrong on our side',
    help: 'Nothing was written. Send the request again with the same Idempotency-Key; tell the operator the request id.',
  },
  service_unavailable: {
    status: 503,
    title: 'The database does not answer',
    help: 'Wait for Retry-After seconds, then send the same request again.',
  },
  overloaded: {
    status: 503,
    title: 'Too much is waiting',
    help: 'Wait for Retry-After seconds, then send the same request again.',
  },
} as const satisfies Record<string, { status: number; title: string; help: string }>

export type ProblemCode = keyof typeof problems
