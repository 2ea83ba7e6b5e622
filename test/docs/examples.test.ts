import { afterAll, beforeAll, expect, test } from 'vitest'
import { settableClock } from '../../src/core/clock.ts'
import { totalLedger } from '../../src/ledger/totals.ts'
import { examples } from '../../src/openapi/examples.ts'
import { lookIntoCallbacks } from '../../src/payments/callbacks/look-into.ts'
import { type DocumentedOperation, faultsBy, openapi } from '../support/openapi.ts'
import { type TestServer, testServer } from '../support/server.ts'
import { makeNotice } from '../support/transfer-notice.ts'
import { runShell } from './shell.ts'

let server: TestServer<ReturnType<typeof settableClock>>
beforeAll(async () => {
  // The day of the samples, since events can be sent again for 90 days only.
  server = await testServer({ clock: settableClock(new Date('2026-11-23T10:05:00Z')) })
  // Only what was totalled is in a journal.
  await totalLedger(server.app.pool, server.clock.now())
})
afterAll(() => server.stop())

const operations = Object.entries(openapi.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({
    path,
    method: method.toUpperCase(),
    operation: operation as DocumentedOperation,
  })),
)
const told = Object.keys(examples)

/** What later examples call an id of an earlier answer. */
const saved: Readonly<Record<string, string>> = {
  createPayment: 'PAYMENT_ID',
  createObligation: 'OBLIGATION_ID',
  recordRefund: 'REFUND_ID',
  createTestPayment: 'TEST_PAYMENT_ID',
  createTestSettlement: 'SETTLEMENT_ID',
  createPaymentRequest: 'PAYMENT_REQUEST_ID',
  createPaymentSession: 'PAYMENT_SESSION_ID',
  createApiKey: 'KEY_ID',
  createWebhookEndpoint: 'ENDPOINT_ID',
  createReplay: 'REPLAY_ID',
}

test('every operation has one example, which runs as it stands, in the order of the story', async () => {
  expect(operations.map(({ operation }) => operation.operationId).sort()).toEqual(told.toSorted())
  const inOrder = operations.toSorted(
    (one, other) => told.indexOf(one.operation.operationId) - told.indexOf(other.operation.operationId),
  )
  const variables: Record<string, string> = { BASE_URL: server.url, API_KEY: server.key, ...(await makeSpare()) }
  for (const { operation } of inOrder) {
    const [sample] = operation['x-codeSamples'] ?? []
    const source = sample?.source.replace('curl', "curl -s -w '\\n%{http_code}'") ?? ''
    const { output } = await runShell(source, variables)
    const [, text = '', status = ''] = /^([\s\S]*)\n(\d+)$/.exec(output.trim()) ?? []
    expect(Number(status), `${operation.operationId}: ${output}`).toBeLessThan(300)
    const name = saved[operation.operationId]
    const made = name === undefined ? undefined : JSON.parse(text)
    if (name !== undefined) variables[name] = made.id ?? made.data[0].id
  }
}, 60_000)

/** What the examples call "$CUSTOMER_ID" and so on: objects of a reader's own, which owe nothing, but for those of the example of credit. */
async function makeSpare(): Promise<Record<string, string>> {
  await server.api('POST', '/webhooks/endpoints', { url: 'http://127.0.0.1:9/', event_types: ['customer.created'] })
  const customer = await server.api('POST', '/billing/customers', { external_reference: 'spare', name: 'Jane Roe' })
  const credit = { external_reference: 'in-credit', currency: 'ZAR', balance: -500 }
  const inCredit = await server.api('POST', '/billing/customers', credit)
  const owed = { customer: 'in-credit', external_reference: 'beside-credit', currency: 'ZAR', amount_due: 300 }
  const open = await server.api('POST', '/billing/bills', owed)
  const account = await server.api('POST', '/billing/accounts', {
    customer: { external_reference: 'owner-of-the-spare-account' },
    external_reference: 'spare',
  })
  const bill = await server.api('POST', '/billing/bills', {
    customer: { external_reference: 'owner-of-the-spare-bill' },
    external_reference: 'spare',
    currency: 'ZAR',
    amount_due: 500,
  })
  const disputed = await server.api('POST', '/billing/bills', {
    customer: { external_reference: 'owner-of-the-disputed-bill' },
    external_reference: 'disputed',
    currency: 'ZAR',
    amount_due: 500,
  })
  const deposit = await server.api('POST', '/billing/payments', {
    unidentified: true,
    amount: 300,
    currency: 'ZAR',
    channel: 'bank_transfer',
    reference: 'deposit',
  })
  const played = { bill: disputed.body.id, amount: 500, outcome: 'succeeded', later: 'dispute_warning' }
  const payment = await server.api('POST', '/test/payments', played)
  server.clock.advance(2_000)
  await lookIntoCallbacks(server.app)
  const [dispute] = (await server.api('GET', `/collect/disputes?payment=${payment.body.id}`)).body.data
  const options = { payment_method_options: { card: { capture_method: 'manual' } } }
  const session = await server.api('POST', '/collect/payment_sessions', { amount: 5_000, currency: 'ZAR', options })
  const play = { payment_session: session.body.id, outcome: 'succeeded' }
  const held = await server.api('POST', '/test/payments', play)
  const [delivery] = (await server.api('GET', '/webhooks/deliveries')).body.data
  return {
    CUSTOMER_ID: customer.body.id,
    CUSTOMER_IN_CREDIT_ID: inCredit.body.id,
    OPEN_BILL_ID: open.body.id,
    DEPOSIT_ID: deposit.body.id,
    ACCOUNT_ID: account.body.id,
    BILL_ID: bill.body.id,
    DISPUTE_ID: dispute.id,
    AUTHORISED_PAYMENT_ID: held.body.id,
    TRANSFER_NOTICE_ID: (await makeNotice(server, account.body.id)).id,
    DELIVERY_ID: delivery.id,
    EVENT_ID: delivery.event_id,
  }
}

test('every example of a body and of an answer is valid by its schema', () => {
  const faults: string[] = []
  for (const { path, method, operation } of operations) {
    const media = operation.requestBody?.content['application/json']
    if (media === undefined || JSON.stringify(media.example).includes('$')) continue
    const pointer = `#/paths/${encodeURIComponent(path.replaceAll('/', '~1'))}/${method.toLowerCase()}/requestBody/content/application~1json/schema`
    const fault = faultsBy(pointer, media.example)
    if (fault !== undefined) faults.push(`${operation.operationId} ${fault}`)
  }
  for (const [name, { examples: shown = [] }] of Object.entries(openapi.components.schemas)) {
    for (const example of shown as unknown[]) {
      const fault = faultsBy(`#/components/schemas/${name}`, example)
      if (fault !== undefined) faults.push(`${name} ${fault}`)
    }
  }
  expect(faults).toEqual([])
})
