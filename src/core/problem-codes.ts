/**
 * Every problem that the API can return: its status, its title, and what to do about it. A published code keeps its
 * meaning. Source of the statuses: RFC 9110.
 */
export const problems = {
  malformed_json: {
    status: 400,
    title: 'The body is not valid JSON',
    help: 'Send one JSON object, UTF-8, with Content-Type: application/json.',
  },
  invalid_request: {
    status: 400,
    title: 'The request is not valid',
    help: 'Each item of `errors` names a field by its JSON pointer, or a parameter by its name, and says what is expected there.',
  },
  invalid_encoding: {
    status: 400,
    title: 'The text is not UTF-8',
    help: 'Send UTF-8, and declare no other charset; percent-encode it in paths, queries and forms.',
  },
  malformed_http: {
    status: 400,
    title: 'The request is not valid HTTP',
    help: 'The connection was closed. Let a library write the request: its start line, its headers and the length of its body.',
  },
  unsupported_media_type: {
    status: 415,
    title: 'The media type is not supported',
    help: 'Send Content-Type: application/json.',
  },
  body_too_large: {
    status: 413,
    title: 'The body is too large',
    help: 'A body can have at most 256 KiB, that of a batch 2 MiB.',
  },
  invalid_cursor: {
    status: 400,
    title: 'The cursor does not belong to this list',
    help: 'Use next_cursor of the same list, with the same filters, unchanged.',
  },
  invalid_idempotency_key: {
    status: 400,
    title: 'The Idempotency-Key is not valid',
    help: 'A key has 1 to 255 visible ASCII characters; quotes around it are optional.',
  },
  unauthenticated: {
    status: 401,
    title: 'No valid API key',
    help: 'Send Authorization: Bearer sk_… with a secret key of this environment.',
  },
  callback_refused: {
    status: 401,
    title: 'The callback is not signed by the processor',
    help: 'Save the webhook secret that the processor shows for this address, and let it send the callback again within five minutes.',
  },
  key_revoked: {
    status: 403,
    title: 'The key has been revoked',
    help: 'Create a new one with `tallystick keys create`.',
  },
  insufficient_scope: {
    status: 403,
    title: 'The key may not do this',
    help: 'The detail names the scope that is needed: send a key that has it. What a key may do is given when it is created.',
  },
  key_expired: { status: 403, title: 'The key has expired', help: 'Create a new one with `tallystick keys create`.' },
  not_found: {
    status: 404,
    title: 'The requested resource was not found',
    help: 'Check the id or reference, and that the key belongs to the same environment as the object.',
  },
  method_not_allowed: {
    status: 405,
    title: 'The method is not allowed at this address',
    help: 'Use one of the methods that the header Allow names. Changes are made with PATCH.',
  },
  request_timeout: {
    status: 408,
    title: 'The request did not arrive in time',
    help: 'Nothing was done, and the connection was closed. Send the request again, within 30 seconds.',
  },
  external_reference_taken: {
    status: 409,
    title: 'The external reference is already taken',
    help: 'A reference belongs permanently to one object of its kind; retrieve that object by it.',
  },
  payment_reference_conflict: {
    status: 409,
    title: 'The reference belongs to another payment',
    help: 'A reference is permanently unique per channel. `payment_id` is the payment that has it, and each item of `errors` names a field that differs. The same payment may be sent again unchanged; a different one needs a different reference, or `replaces` where the first was returned.',
  },
  refund_reference_conflict: {
    status: 409,
    title: 'The reference belongs to another refund',
    help: 'A reference is permanently unique per channel. The detail names the refund that has it, and each item of `errors` a field that differs. The same refund may be sent again unchanged; a different one needs a different reference.',
  },
  currency_fixed: {
    status: 409,
    title: 'The currency can no longer change',
    help: 'A currency can change only while nothing has been entered in it.',
  },
  bill_voided: { status: 409, title: 'The bill is voided', help: 'A voided bill is final. Raise a new one.' },
  bill_paid: {
    status: 409,
    title: 'The bill is paid',
    help: 'What a bill is for can change only until it is paid.',
  },
  bill_has_payments: {
    status: 409,
    title: 'The bill has been paid or partly paid',
    help: 'Reverse its obligations and set amount_paid to 0 first, then void it.',
  },
  amount_paid_below_applied: {
    status: 409,
    title: 'Payments have applied more than this amount',
    help: 'amount_paid cannot go below what payments have applied; reverse an obligation first.',
  },
  balance_not_zero: {
    status: 409,
    title: 'Something is still owed or unapplied',
    help: 'Bring the balance to zero, have the bills paid or voided, and apply or reverse unapplied money first.',
  },
  payment_in_progress: {
    status: 409,
    title: 'A payment is in progress',
    help: 'Try again when the payment has succeeded or failed.',
  },
  archived: { status: 409, title: 'The object is archived', help: 'Unarchive it first.' },
  payment_state: {
    status: 409,
    title: 'The status of the payment does not allow this',
    help: 'Retrieve the payment and look at its status and amounts.',
  },
  payment_request_state: {
    status: 409,
    title: 'The status of the payment request does not allow this',
    help: 'Retrieve the request: one that is paid, has ended or is being paid stays as it is.',
  },
  payment_session_state: {
    status: 409,
    title: 'The status of the payment session does not allow this',
    help: 'Retrieve the session: one that is completed, has ended or is being paid stays as it is.',
  },
  key_state: {
    status: 409,
    title: 'The key is not valid any more',
    help: 'One that was revoked or has expired is not rolled: create a new one.',
  },
  rotation_in_progress: {
    status: 409,
    title: 'The secret is being rotated',
    help: 'Wait until previous_secret_valid_until of the endpoint, or end it with DELETE …/previous_secret.',
  },
  replay_in_progress: {
    status: 409,
    title: 'The endpoint has a replay that is running',
    help: 'Wait until it is completed, or cancel it.',
  },
  idempotency_in_flight: {
    status: 409,
    title: 'A request with this key is still running',
    help: 'Wait for it, then send the same request again.',
  },
  response_erased: {
    status: 409,
    title: 'The response has been erased',
    help: 'The request with this key was carried out. Its response named a customer who has since been pseudonymised; retrieve the object instead.',
  },
  precondition_failed: {
    status: 412,
    title: 'The object has changed',
    help: 'Retrieve it again and send its ETag in If-Match.',
  },
  expectation_failed: {
    status: 417,
    title: 'The expectation cannot be met',
    help: 'Send no Expect header, or Expect: 100-continue.',
  },
  idempotency_key_reused: {
    status: 422,
    title: 'The key was used for another request',
    help: 'Use a new Idempotency-Key for each new request.',
  },
  currency_required: { status: 422, title: 'A currency is required', help: 'Send `currency` with the first balance.' },
  not_supported: {
    status: 422,
    title: 'This is not supported yet',
    help: 'Each item of `errors` names the field. What is documented of this API and not supported here is refused, so that nothing is taken for done.',
  },
  currency_mismatch: {
    status: 422,
    title: 'The currencies differ',
    help: 'Money is applied only in its own currency.',
  },
  amount_out_of_range: {
    status: 422,
    title: 'The amount is out of range',
    help: 'Bills and payments can be up to 999,999,999,999, and balances up to 10^15 in either direction, in minor units.',
  },
  same_customer: {
    status: 422,
    title: 'The money is that of this customer already',
    help: 'Name another customer in `to`. To pay something else of the same customer, move its obligations.',
  },
  amount_exceeds_remaining: {
    status: 422,
    title: 'The amount exceeds what remains',
    help: 'Send at most what remains, or allow overpayment where that is possible.',
  },
  card_number: {
    status: 422,
    title: 'There is a card number in a text',
    help: 'Each item of `errors` names the text. Send it without the number: cards are entered on the hosted page only. References are not looked at.',
  },
  metadata_too_large: {
    status: 422,
    title: 'Too much metadata',
    help: 'At most 10 keys of up to 40 characters, with values of up to 500; keys are counted after merging.',
  },
  no_balance: {
    status: 422,
    title: 'The object has no balance',
    help: 'Give it a balance and a currency first, or name a bill or an account that has one.',
  },
  statement_too_long: {
    status: 422,
    title: 'The statement would be too long',
    help: 'A statement in JSON has at most 1,000 movements: ask for a shorter span, or with `Accept: text/csv` for a file, which has no limit.',
  },
  report_too_long: {
    status: 422,
    title: 'The report would be too long',
    help: 'A report has at most 366 days: ask for a shorter span, and for the next one after it.',
  },
  day_not_over: {
    status: 422,
    title: 'The day is not over yet',
    help: 'A day is complete about a quarter of an hour after its end in the time zone of the environment. Ask for an earlier one, or wait.',
  },
  invalid_allocation: {
    status: 422,
    title: 'The allocations cannot be made as requested',
    help: 'Each item of `errors` names an allocation and the reason. Or send a policy instead.',
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
  period_closed: {
    status: 422,
    title: 'The books are closed for that date',
    help: 'The detail says until when they are closed. Send a later date, or open the books again in the settings (books_closed_until), which says so in their history.',
  },
  invalid_lines: {
    status: 422,
    title: 'The lines do not add up',
    help: 'The amounts of the lines sum to amount_due, which never changes: send all lines again, with a negative one for a reduction.',
  },
  invalid_payment_rules: {
    status: 422,
    title: 'The payment rules contradict each other',
    help: 'min_amount must not exceed max_amount, after inheritance.',
  },
  processor_limit: {
    status: 422,
    title: 'The processor cannot do this',
    help: 'The detail says what it cannot do. Send the money another way, and correct the books by hand.',
  },
  color_contrast: {
    status: 422,
    title: 'The color cannot be read',
    help: 'The detail says which contrast it has and names a darker one that can be read.',
  },
  invalid_logo: {
    status: 422,
    title: 'The logo cannot be used',
    help: 'Send a whole PNG or JPEG and nothing behind it, of at most 32 kB and 2000 × 2000 pixels, in base64.',
  },
  url_not_allowed: {
    status: 422,
    title: 'The URL is not allowed',
    help: 'Use a public https address. A private host must be listed in TALLYSTICK_WEBHOOK_ALLOWED_HOSTS, or TALLYSTICK_WEBHOOK_ALLOW_PRIVATE be set.',
  },
  header_not_allowed: {
    status: 422,
    title: 'The header cannot be set',
    help: 'Choose another name, such as X-Api-Key: those of the request itself and of its signature are set by the server. At most 10 headers can be added.',
  },
  beyond_retention: {
    status: 422,
    title: 'The events are no longer kept',
    help: 'Events are kept for 90 days. The detail names the earliest time that can be asked for.',
  },
  cursor_expired: {
    status: 422,
    title: 'The cursor is too old',
    help: 'Events behind it are no longer kept. Begin again without a cursor: the detail names the earliest time of which there are events.',
  },
  too_many_endpoints: {
    status: 422,
    title: 'There are too many endpoints',
    help: 'Delete one that is no longer used, or let one endpoint receive several types of events.',
  },
  processor_refused_key: {
    status: 422,
    title: 'The key of the processor cannot be used',
    help: 'The detail says whether it is missing, of the other mode, or refused by the processor: copy it again from the dashboard of the processor.',
  },
  too_many_attempts: {
    status: 429,
    title: 'There were too many attempts',
    help: 'Wait for Retry-After seconds.',
  },
  rate_limited: {
    status: 429,
    title: 'There were too many requests',
    help: 'Wait for Retry-After seconds, then send the same request again. RateLimit-Policy says how many there may be.',
  },
  headers_too_large: {
    status: 431,
    title: 'The headers are too large',
    help: 'The address and all headers together can have at most 16 KiB, and there can be at most 100 headers.',
  },
  internal_error: {
    status: 500,
    title: 'Something went wrong on our side',
    help: 'Send the request again with the same Idempotency-Key, so that nothing happens twice. If it fails again, give the operator the Request-Id.',
  },
  unknown_method: {
    status: 501,
    title: 'The method is not known',
    help: 'Methods are written in upper case: GET, POST, PATCH, DELETE.',
  },
  processor_unreachable: {
    status: 503,
    title: 'The processor does not answer',
    help: 'Try again in a minute. A key can be saved without asking the processor: send ?verify=false.',
  },
  service_unavailable: {
    status: 503,
    title: 'The database cannot serve the request now',
    help: 'Wait for Retry-After seconds, then send the same request again.',
  },
  outcome_unknown: {
    status: 503,
    title: 'It is not known yet whether the change was made',
    help: 'Send the same request again, with the same Idempotency-Key or reference: it takes effect once. Until then take it neither for done nor for not done.',
  },
  overloaded: {
    status: 503,
    title: 'The server is overloaded',
    help: 'Wait for Retry-After seconds, then send the same request again.',
  },
  row_not_reached: {
    status: 503,
    title: 'The row was not reached in time',
    help: 'Send the batch again with the same Idempotency-Key: what was done is replayed, and the rest is carried out.',
  },
  stopping: {
    status: 503,
    title: 'The server is stopping',
    help: 'Wait for Retry-After seconds, then send the same request again: another process or the restarted one serves it.',
  },
} as const satisfies Record<string, { status: number; title: string; help: string }>

export type ProblemCode = keyof typeof problems
