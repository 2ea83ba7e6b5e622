/** A call of one operation that runs as written, once the calls before it have run. */
export type Example = {
  /** The parameters of the path. A `$NAME` is a shell variable, such as the id in an earlier response. */
  path?: Readonly<Record<string, string>>
  query?: Readonly<Record<string, string>>
  /** The Idempotency-Key. */
  key?: string
  body?: object
}

const customer = { customer: 'UCR1234567890' }
const account = { account: 'UAR1234567890' }
const bill = { bill: 'UBR1234567890' }
const spareCustomer = { customer: '$CUSTOMER_ID' }
const spareAccount = { account: '$ACCOUNT_ID' }
const spareBill = { bill: '$BILL_ID' }
const payment = { payment: '$PAYMENT_ID' }
const obligation = { obligation: '$OBLIGATION_ID' }
const request = { payment_request: '$PAYMENT_REQUEST_ID' }
const session = { payment_session: '$PAYMENT_SESSION_ID' }
const held = { payment: '$AUTHORISED_PAYMENT_ID' }
const apiKey = { api_key: '$KEY_ID' }
const endpoint = { endpoint: '$ENDPOINT_ID' }
const delivery = { delivery: '$DELIVERY_ID' }
const replay = { endpoint: '$ENDPOINT_ID', replay: '$REPLAY_ID' }
const year = { from: '2026-01-01', to: '2026-12-31' }

/**
 * One example per operation, in the order of one story: test/docs/examples.test.ts runs them in this order. The objects
 * are those of the samples of the API.
 */
export const examples: Readonly<Record<string, Example>> = {
  createCustomer: {
    key: '2f227800-f0c9-4000-a798-ca2e8b796dcc',
    body: {
      external_reference: 'UCR1234567890',
      name: 'John Doe',
      email: 'john.doe@example.com',
      phone: '+27123456789',
      locale: 'en-ZA',
      currency: 'ZAR',
      balance: 2000,
      metadata: { customer_type: 'premium', registration_source: 'website' },
    },
  },
  retrieveCustomer: { path: customer },
  updateCustomer: { path: customer, body: { balance: 5000 } },
  adjustCustomer: { path: customer, body: { amount: -500, reason: 'Goodwill after the outage' } },
  listCustomers: { query: { limit: '10', 'metadata[customer_type]': 'premium' } },
  createAccount: {
    body: {
      customer: 'UCR1234567890',
      external_reference: 'UAR1234567890',
      name: 'Subscription Account',
      currency: 'ZAR',
      balance: 2000,
      metadata: { account_type: 'subscription', billing_cycle: 'monthly' },
    },
  },
  retrieveAccount: { path: account },
  updateAccount: {
    path: account,
    body: { name: 'Premium Subscription Account', metadata: { account_tier: 'premium', updated_by: 'admin' } },
  },
  adjustAccount: {
    path: account,
    body: { kind: 'fee', amount: 250, label: 'Reconnection fee', reason: 'Reconnected after non-payment' },
  },
  listAccounts: { query: { customer: 'UCR1234567890' } },
  createBill: {
    body: {
      customer: 'UCR1234567890',
      external_reference: 'UBR1234567890',
      currency: 'ZAR',
      amount_due: 2000,
      bill_date: '2026-01-01',
      due_date: '2026-01-31',
      description: 'Internet at 12 Long Street, January 2026',
      lines: [
        { label: 'Fibre line, 100 Mbit/s', amount: 2300 },
        { label: 'Loyalty discount', amount: -300 },
      ],
      document_url: 'https://example.com/invoices/UBR1234567890.pdf',
      metadata: { invoice_period: 'January 2026', service_type: 'subscription' },
    },
  },
  retrieveBill: { path: bill },
  updateBill: {
    path: bill,
    body: {
      amount_paid: 1500,
      description: 'Internet at 12 Long Street, January 2026 (corrected)',
      metadata: { payment_method: 'bank_transfer', payment_reference: 'TXN123456789' },
    },
  },
  adjustBill: {
    path: bill,
    body: { kind: 'credit_note', amount: -100, reference: 'CN-0042', reason: 'Billed twice' },
  },
  listBills: { query: { status: 'unpaid', due_to: '2026-12-31' } },
  createCustomerBatch: {
    query: { partial: 'true' },
    body: {
      rows: [
        { external_reference: 'UCR2234567890', name: 'Jane Roe', email: 'jane.roe@example.com' },
        { external_reference: 'UCR3234567890', name: 'Thandi Nkosi', phone: '+27821234567' },
      ],
    },
  },
  createAccountBatch: {
    body: {
      rows: [
        { customer: 'UCR2234567890', external_reference: 'UAR2234567890', currency: 'ZAR', balance: 1500 },
        { customer: 'UCR3234567890', external_reference: 'UAR3234567890', currency: 'ZAR', balance: 900 },
      ],
    },
  },
  createBillBatch: {
    query: { dry_run: 'true' },
    body: {
      rows: [
        { account: 'UAR2234567890', external_reference: 'UBR2234567890', currency: 'ZAR', amount_due: 1500 },
        { account: 'UAR3234567890', external_reference: 'UBR3234567890', currency: 'ZAR', amount_due: 900 },
      ],
    },
  },
  createAdjustmentBatch: {
    body: {
      rows: [
        { account: 'UAR2234567890', kind: 'fee', amount: 50, label: 'Late fee', reason: 'Paid after the due date' },
        { account: 'UAR3234567890', kind: 'discount', amount: -100, reason: 'Loyal for a year' },
      ],
    },
  },
  search: { query: { q: 'john doe', kinds: 'customer,account' } },
  lookUp: { query: { reference: 'UAR1234567890' } },
  previewPayment: { body: { amount: 6000, currency: 'ZAR', customer: 'UCR1234567890', policy: 'oldest_first' } },
  createPayment: {
    body: {
      amount: 2500,
      currency: 'ZAR',
      channel: 'bank_transfer',
      reference: 'TXN123456789',
      account: 'UAR1234567890',
    },
  },
  createPaymentBatch: {
    key: 'statement-2026-11-23',
    body: {
      rows: [
        {
          amount: 1500,
          currency: 'ZAR',
          channel: 'bank_transfer',
          reference: 'TXN223456789',
          account: 'UAR2234567890',
        },
        {
          amount: 800,
          currency: 'ZAR',
          channel: 'bank_transfer',
          reference: 'TXN323456789',
          account: 'UAR3234567890',
        },
      ],
    },
  },
  retrieveBillingPayment: { path: payment },
  retrievePayment: { path: payment },
  listPayments: { query: { customer: 'UCR1234567890' } },
  createObligation: { body: { payment: '$PAYMENT_ID', bill: 'UBR1234567890', amount: 200 } },
  retrieveObligation: { path: obligation },
  listObligations: { query: { account: 'UAR1234567890' } },
  moveObligation: { path: obligation, body: { to: { customer: 'UCR1234567890' }, amount: 50 } },
  reverseObligation: { path: obligation, body: { amount: 50, reason: 'Applied to the wrong bill' } },
  recordRefund: {
    path: payment,
    body: { amount: 50, channel: 'bank_transfer', reference: 'TXN987654321', reason: 'Paid twice' },
  },
  retrieveRefund: { path: { refund: '$REFUND_ID' } },
  listRefunds: { query: { customer: 'UCR1234567890' } },
  retrieveDispute: { path: { dispute: '$DISPUTE_ID' } },
  listDisputes: { query: { status: 'needs_response' } },
  reversePayment: { path: payment, body: { amount: 100, reason: 'Returned by the bank' } },
  suggestTargets: { path: { payment: '$DEPOSIT_ID' } },
  transferPayment: {
    path: payment,
    body: { to: { customer: 'UCR2234567890' }, amount: 100, reason: 'Posted to the neighbour by mistake' },
  },
  assignPayment: { path: { payment: '$DEPOSIT_ID' }, body: { to: { customer: 'UCR1234567890' } } },
  createPaymentRequest: {
    body: {
      amount: 1000,
      currency: 'ZAR',
      external_reference: 'INV-2026-001',
      description: 'Product purchase',
      customer: 'UCR1234567890',
      metadata: { order_id: 'ord_789012' },
    },
  },
  retrievePaymentRequest: { path: request },
  updatePaymentRequest: { path: request, body: { description: 'Product purchase, with delivery' } },
  listPaymentRequests: { query: { status: 'active' } },
  listTransferNotices: { query: { status: 'announced' } },
  retrieveTransferNotice: { path: { transfer_notice: '$TRANSFER_NOTICE_ID' } },
  createTestPayment: { body: { customer: 'UCR1234567890', amount: 100, outcome: 'succeeded' } },
  createRefund: { path: { payment: '$TEST_PAYMENT_ID' }, body: { amount: 40, reason: 'The order was cancelled' } },
  createTestSettlement: {},
  listSettlements: { query: { processor: 'simulator', from: '2026-11-01' } },
  retrieveSettlement: { path: { settlement: '$SETTLEMENT_ID' } },
  listSettlementLines: { path: { settlement: '$SETTLEMENT_ID' }, query: { status: 'matched' } },
  retrieveProcessorBalances: { query: { as_of: '2026-11-23' } },
  reportReceipts: { query: { from: '2026-11-01', to: '2026-11-30', by: 'day' } },
  reportAgeing: { query: { as_of: '2026-11-30' } },
  reportTrialBalance: { query: { as_of: '2026-11-30' } },
  reportJournal: { query: { from: '2026-01-01', to: '2026-01-31' } },
  capturePayment: { path: held, body: { amount: 3000, metadata: { parcel: '1 of 2' } } },
  voidPayment: { path: held, body: { metadata: { reason_code: 'out_of_stock' } } },
  cancelPaymentRequest: { path: request },
  createPaymentSession: {
    body: {
      amount: 5000,
      currency: 'ZAR',
      type: 'one_time',
      options: { checkout_options: { return_url: 'https://shop.example.com/thank-you' } },
      external_reference: 'ORDER-2331120',
      metadata: { order_id: 'ord_2331120' },
    },
  },
  retrievePaymentSession: { path: session },
  listPaymentSessions: { query: { external_reference: 'ORDER-2331120' } },
  cancelPaymentSession: { path: session },
  listCustomerEntries: { path: customer },
  retrieveCustomerBalance: { path: customer, query: { effective_at: '2026-12-31T22:00:00Z' } },
  retrieveCustomerStatement: { path: customer, query: year },
  listAccountEntries: { path: account },
  retrieveAccountBalance: { path: account, query: { effective_at: '2026-12-31T22:00:00Z' } },
  retrieveAccountStatement: { path: account, query: year },
  applyCredit: {
    path: { customer: '$CUSTOMER_IN_CREDIT_ID' },
    body: { from: { customer: '$CUSTOMER_IN_CREDIT_ID' }, to: { bill: '$OPEN_BILL_ID' } },
  },
  listBillEntries: { path: bill },
  listEarlierParticulars: { path: bill },
  retrieveBillBalance: { path: bill, query: { effective_at: '2026-12-31T22:00:00Z' } },
  retrieveBillStatement: { path: bill, query: year },
  voidBill: { path: spareBill },
  archiveBill: { path: spareBill },
  unarchiveBill: { path: spareBill },
  archiveAccount: { path: spareAccount },
  unarchiveAccount: { path: spareAccount },
  archiveCustomer: { path: spareCustomer },
  unarchiveCustomer: { path: spareCustomer },
  exportCustomer: { path: spareCustomer },
  pseudonymiseCustomer: { path: spareCustomer },
  retrieveSettings: {},
  updateSettings: {
    body: {
      time_zone: 'Africa/Johannesburg',
      locale: 'en-ZA',
      payment_rules: { min_amount: 100 },
      phone: '035 907 5000',
      how_to_pay: 'First Bank, account 62 000 111 222',
      guest_lookup: { second_fact: 'phone_last4' },
      tracked_parameters: ['branch'],
    },
  },
  previewSettings: { body: { accent_color: '#7a1f5c', message: 'Our offices are closed on 16 December.' } },
  putLogo: {
    body: {
      data: 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==',
    },
  },
  deleteLogo: {},
  createApiKey: { body: { scopes: ['read', 'payments'], expires_at: '2027-12-31T00:00:00Z' } },
  listAudit: { query: { from: '2026-01-01T00:00:00Z', limit: '10' } },
  listApiKeys: { query: { limit: '10' } },
  rollApiKey: { path: apiKey, body: { overlap_hours: 1 } },
  revokeApiKey: { path: apiKey },
  listProcessors: {},
  retrieveProcessor: { path: { processor: 'stripe' } },
  updateProcessor: { path: { processor: 'simulator' }, body: { enabled: true, maximum: { ZAR: 5_000_000 } } },
  deleteProcessor: { path: { processor: 'simulator' } },
  createWebhookEndpoint: {
    body: { url: 'https://example.com/webhooks', event_types: ['obligation.amount_applied'] },
  },
  listWebhookEndpoints: {},
  retrieveWebhookEndpoint: { path: endpoint },
  updateWebhookEndpoint: {
    path: endpoint,
    body: { event_types: ['obligation.*', 'bill.paid'], headers: { 'X-Api-Key': 'a-secret-of-yours-7f2c' } },
  },
  rotateWebhookSecret: { path: endpoint, body: { overlap_hours: 48 } },
  deletePreviousWebhookSecret: { path: endpoint },
  testWebhookEndpoint: { path: endpoint, body: { type: 'bill.paid' } },
  listWebhookDeliveries: { query: { status: 'exhausted', limit: '10' } },
  retrieveWebhookDelivery: { path: delivery },
  retryWebhookDelivery: { path: delivery },
  listUnpostedEvents: { query: { limit: '50' } },
  readEvents: { query: { limit: '5', types: 'bill.*,payment.*' } },
  retrieveEvent: { path: { event: '$EVENT_ID' } },
  createReplay: {
    path: endpoint,
    body: { from: '2026-11-22T00:00:00Z', to: '2026-11-23T00:00:00Z', only: 'failed' },
  },
  retrieveReplay: { path: replay },
  cancelReplay: { path: replay },
  deleteWebhookEndpoint: { path: endpoint },
}
