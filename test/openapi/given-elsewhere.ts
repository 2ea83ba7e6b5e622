/** The refusals that take more than a few requests to bring about, by the file whose tests do, as `operation code`. */
export const elsewhere: Readonly<Record<string, readonly string[]>> = {
  'test/batch/objects.test.ts': ['Customer', 'Account', 'Bill', 'Payment', 'Adjustment'].map(
    (kind) => `create${kind}Batch overloaded`,
  ),
  'test/refunds/by-hand.test.ts': [
    'payment_state',
    'refund_reference_conflict',
    'amount_exceeds_remaining',
    'invalid_allocation',
    'invalid_dates',
  ].map((code) => `recordRefund ${code}`),
  'test/desk/unidentified.test.ts': ['assignPayment payment_state'],
  'test/refunds/by-processor.test.ts': [
    'payment_state',
    'amount_exceeds_remaining',
    'amount_out_of_range',
    'invalid_allocation',
    'processor_limit',
  ].map((code) => `createRefund ${code}`),
  'test/settlements/simulator.test.ts': ['createTestSettlement not_found'],
  'test/captures/captures.test.ts': [
    'capturePayment payment_state',
    'voidPayment payment_state',
    'createTestPayment not_supported',
  ],
  'test/captures/stripe.test.ts': ['capturePayment', 'voidPayment'].map((id) => `${id} processor_limit`),
  'test/processors/settings.test.ts': [
    'updateProcessor not_supported',
    'updateProcessor amount_out_of_range',
    'updateProcessor processor_refused_key',
    'updateProcessor processor_unreachable',
    'deleteProcessor payment_in_progress',
  ],
  'test/transfers/settings.test.ts': ['updateProcessor card_number'],
  'test/events/feed-retention.test.ts': ['readEvents cursor_expired'],
  'test/webhooks/record.test.ts': ['retryWebhookDelivery beyond_retention'],
  'test/billing/sums.test.ts': [
    'retrieveAccountBalance amount_out_of_range',
    'retrieveAccountStatement amount_out_of_range',
    'lookUp amount_out_of_range',
  ],
  'test/billing/history.test.ts': ['retrieveAccountStatement statement_too_long'],
  'test/billing/reopen.test.ts': [
    'archiveCustomer payment_in_progress',
    'archiveAccount payment_in_progress',
    'archiveBill payment_in_progress',
    'voidBill payment_in_progress',
  ],
  'test/checkout/targets.test.ts': ['createPaymentRequest', 'createPaymentSession'].flatMap((id) =>
    ['not_found', 'archived', 'no_balance', 'bill_voided', 'currency_mismatch', 'amount_exceeds_remaining'].map(
      (code) => `${id} ${code}`,
    ),
  ),
  'test/checkout/payment-requests.test.ts': [
    'createPaymentRequest external_reference_taken',
    'createPaymentRequest not_supported',
    'updatePaymentRequest external_reference_taken',
    'updatePaymentRequest payment_request_state',
    'cancelPaymentRequest payment_request_state',
  ],
  'test/payments/test-payments.test.ts': [
    'not_found',
    'bill_voided',
    'archived',
    'payment_request_state',
    'payment_session_state',
    'currency_required',
    'currency_mismatch',
    'amount_exceeds_remaining',
    'no_balance',
  ].map((code) => `createTestPayment ${code}`),
  'test/webhooks/test-sends.test.ts': ['testWebhookEndpoint too_many_attempts'],
  'test/checkout/payment-sessions.test.ts': [
    'createPaymentSession not_supported',
    'createPaymentSession url_not_allowed',
    'cancelPaymentSession payment_session_state',
  ],
}
