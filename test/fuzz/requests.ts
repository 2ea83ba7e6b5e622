import type { NameableKind } from '../../src/core/absent.ts'
import type { TestServer } from '../support/server.ts'
import { makeNotice } from '../support/transfer-notice.ts'
import { sampleDelivery, sampleDispute } from './later-objects.ts'

/** One pixel. */
export const smallPng =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=='

export type Sample = { method: string; path: string; body: Record<string, unknown>; body_optional?: true }

/**
 * The objects that samples name, by what a path calls them; `returned` is a payment that was reversed, and `collected` one through a
 * processor, with its `collected_obligation`; `held` and `held_too` are authorised,
 * and the payer of `deposit` is unknown.
 */
export type SampleObjects = Record<
  NameableKind | 'returned' | 'processor' | 'collected' | 'collected_obligation' | 'held' | 'held_too' | 'deposit',
  string
>

const unknownDeposit = { unidentified: true, amount: 700, currency: 'ZAR', channel: 'bank', reference: 'F9' }

/** Makes one object of each kind. */
export async function sampleObjects(server: TestServer): Promise<SampleObjects> {
  const create = async (path: string, body?: object) => {
    const answer = await server.api('POST', path, body)
    if (answer.status !== 201) throw new Error(`${path} answered ${answer.status}: ${answer.text}`)
    return answer.body
  }
  const customer = await create('/billing/customers', { external_reference: 'F1', currency: 'ZAR', balance: 1000 })
  await create('/billing/customers', { external_reference: 'F10' })
  const account = await create('/billing/accounts', {
    customer: customer.id,
    external_reference: 'F2',
    currency: 'ZAR',
    balance: 1000,
  })
  await create('/billing/accounts', { customer: 'F1', external_reference: 'F12', currency: 'ZAR', balance: -100 })
  const bill = await create('/billing/bills', {
    account: account.id,
    external_reference: 'F3',
    currency: 'ZAR',
    amount_due: 5000,
  })
  const payment = await create('/billing/payments', {
    amount: 700,
    currency: 'ZAR',
    channel: 'cash',
    reference: 'F4',
    allocations: [{ bill: bill.id, amount: 500 }],
  })
  const endpoint = await create('/webhooks/endpoints', {
    url: 'https://example.com/books',
    event_types: ['bill.updated'],
  })
  const delivery = await sampleDelivery(server, bill.id)
  const minute = { from: new Date(Date.now() - 60_000).toISOString(), to: new Date().toISOString() }
  const replay = await create(`/webhooks/endpoints/${endpoint.id}/replays`, minute)
  await server.api('POST', `/webhooks/endpoints/${endpoint.id}/replays/${replay.id}/cancel`)
  const returned = await create('/billing/payments', {
    amount: 9,
    currency: 'ZAR',
    channel: 'cash',
    reference: 'F5',
    account: account.id,
  })
  await create(`/billing/payments/${returned.id}/reversals`, { reason: 'bounced' })
  const refund = await create(`/billing/payments/${payment.id}/refunds`, {
    amount: 1,
    reason: 'x',
    channel: 'cash',
    reference: 'F7',
  })
  const online = await create('/billing/bills', {
    customer: 'F1',
    external_reference: 'F8',
    currency: 'ZAR',
    amount_due: 900,
  })
  const collected = await create('/test/payments', { bill: online.id, amount: 900, outcome: 'succeeded' })
  const dispute = await sampleDispute(server)
  // Behind the dispute, of which the time is changed: what was settled does not change.
  const settlements = await create('/test/settlements')
  const asked = { amount: 700, currency: 'ZAR' }
  const manual = { options: { payment_method_options: { card: { capture_method: 'manual' } } } }
  const authorise = async () => {
    const { id } = await create('/collect/payment_sessions', { ...asked, ...manual })
    return create('/test/payments', { payment_session: id, outcome: 'succeeded' })
  }
  const [held, heldToo] = [await authorise(), await authorise()]
  const request = await create('/collect/payment_requests', { ...asked, external_reference: 'F6' })
  const apiKey = await create('/settings/keys', { scopes: ['read'] })
  const session = await create('/collect/payment_sessions', { ...asked, account: account.id })
  return {
    customer: customer.id,
    account: account.id,
    bill: bill.id,
    payment: payment.id,
    payment_request: request.id,
    payment_session: session.id,
    transfer_notice: (await makeNotice(server, account.id)).id,
    obligation: payment.obligations[0].id,
    refund: refund.id,
    settlement: settlements.data[0].id,
    dispute,
    endpoint: endpoint.id,
    api_key: apiKey.id,
    delivery: delivery.id,
    event: delivery.event_id,
    replay: replay.id,
    returned: returned.id,
    processor: 'simulator',
    collected: collected.id,
    collected_obligation: collected.obligations[0].id,
    held: held.id,
    held_too: heldToo.id,
    deposit: (await create('/billing/payments', unknownDeposit)).id,
  }
}

/** A valid request for every operation that takes a body, on objects that are made. The fuzzer spoils them one way at a time. */
export async function validRequests(server: TestServer): Promise<Sample[]> {
  return sampleRequests(await sampleObjects(server))
}

/** The same on objects that there are. */
export function sampleRequests(objects: SampleObjects): Sample[] {
  const { customer, account, bill, payment, payment_request, obligation, endpoint, returned, api_key } = objects
  const newCustomer = {
    external_reference: 'N1',
    name: 'Ann',
    email: 'ann@example.com',
    phone: '+27123456789',
    locale: 'fr-CD',
  }
  const balanceFields = { currency: 'ZAR', balance: 2000, metadata: { plan: 'gold' } }
  const rules = { payment_rules: { min_amount: 100, max_amount: 1000 } }
  const guest_lookup = { second_fact: { metadata: 'postal_code' } }
  const face = {
    legal_name: 'Acme Water (Pty) Ltd',
    accent_color: '#14508c',
    message: 'We are closed on Sunday.',
    phone: '035 907 5000',
    email: 'help@example.com',
    website: 'https://example.com/',
    how_to_pay: 'First Bank\nAccount 62 000 111 222',
  }
  const newAccount = { customer: newCustomer, external_reference: 'N2', name: 'Data', ...balanceFields }
  const newPayment = {
    amount: 500,
    currency: 'ZAR',
    channel: 'cash',
    reference: 'N4',
    received_at: '2026-01-01T00:00:00Z',
    metadata: { till: '7' },
  }
  return [
    { method: 'POST', path: '/billing/customers', body: { ...newCustomer, ...balanceFields, ...rules } },
    {
      method: 'PATCH',
      path: `/billing/customers/${customer}`,
      body: { name: 'Ben', locale: 'pt-MZ', ...balanceFields },
    },
    { method: 'POST', path: '/billing/accounts', body: newAccount },
    { method: 'PATCH', path: `/billing/accounts/${account}`, body: { name: 'Voice', ...balanceFields } },
    {
      method: 'POST',
      path: '/billing/bills',
      body: {
        account: newAccount,
        external_reference: 'N3',
        currency: 'ZAR',
        amount_due: 2000,
        bill_date: '2026-01-01',
        due_date: '2026-01-31',
        description: 'Water',
        lines: [
          { label: 'Water, 12 kl', amount: 2500 },
          { label: 'Rebate', amount: -500 },
        ],
        document_url: 'https://example.com/bills/N3.pdf#page=2',
      },
    },
    {
      method: 'PATCH',
      path: `/billing/bills/${bill}`,
      body: {
        amount_paid: 1500,
        description: 'Water and light',
        lines: [{ label: 'All of it', amount: 5000 }],
        document_url: 'https://example.com/bills/F3.pdf',
        metadata: { by: 'bank' },
      },
    },
    { method: 'POST', path: `/billing/customers/${customer}/adjustments`, body: { amount: 5, reason: 'fee' } },
    { method: 'POST', path: `/billing/accounts/${account}/adjustments`, body: { amount: -100, reason: 'goodwill' } },
    { method: 'POST', path: `/billing/bills/${bill}/adjustments`, body: { amount: -5, reason: 'discount' } },
    {
      method: 'PATCH',
      path: '/settings',
      body: {
        name: 'Acme',
        time_zone: 'Africa/Johannesburg',
        locale: 'af-ZA',
        languages: ['af', 'en'],
        guest_lookup,
        tracked_parameters: ['branch'],
        receipt_requests: true,
        credit: 'manual',
        ...face,
        ...rules,
      },
    },
    { method: 'POST', path: '/settings/preview', body: { name: 'Acme', guest_lookup, ...face } },
    {
      method: 'PATCH',
      path: '/settings/processors/simulator',
      body: { enabled: true, position: 2, minimum: { ZAR: 1 }, maximum: { ZAR: 99_000_000 } },
    },
    {
      method: 'PATCH',
      path: '/settings/processors/bank_transfer',
      body: { bank_account: { holder: 'Acme', bank_name: 'First Bank', account_number: '62000000000' } },
    },
    { method: 'PUT', path: '/settings/logo', body: { data: smallPng } },
    {
      method: 'POST',
      path: '/billing/payments',
      body: { ...newPayment, allocations: [{ account, amount: 100 }] },
    },
    { method: 'POST', path: '/billing/payments', body: { ...newPayment, account, policy: 'oldest_first' } },
    {
      method: 'POST',
      path: '/billing/payments',
      body: { ...newPayment, account, reference: 'F5', replaces: returned },
    },
    { method: 'POST', path: '/billing/payments/preview', body: { amount: 500, currency: 'ZAR', bill } },
    { method: 'POST', path: `/billing/payments/${payment}/reversals`, body: { amount: 10, reason: 'bounced' } },
    ...refundRequests(objects),
    { method: 'POST', path: `/billing/payments/${objects.deposit}/assignments`, body: { to: { customer: 'F1' } } },
    {
      method: 'POST',
      path: `/billing/payments/${payment}/transfers`,
      body: { to: { customer: 'F10' }, amount: 1, reason: 'mistake' },
    },
    ...captureRequests(objects),
    ...batchRequests(objects),
    {
      method: 'POST',
      path: `/billing/customers/${customer}/credit_applications`,
      body: { from: { account: 'F12' }, to: { bill }, amount: 1 },
    },
    { method: 'POST', path: '/billing/obligations', body: { payment, account, amount: 50 } },
    { method: 'POST', path: `/billing/obligations/${obligation}/reversals`, body: { amount: 10, reason: 'mistake' } },
    {
      method: 'POST',
      path: `/billing/obligations/${obligation}/moves`,
      body: { to: { account }, amount: 10 },
    },
    ...endpointRequests(endpoint),
    {
      method: 'POST',
      path: '/settings/keys',
      body: { scopes: ['read', 'billing'], expires_at: '2199-01-01T00:00:00Z' },
    },
    { method: 'POST', path: `/settings/keys/${api_key}/rolls`, body: { overlap_hours: 1 } },
    ...checkoutRequests(account, payment_request),
  ]
}

function refundRequests({ payment, obligation, collected, collected_obligation }: SampleObjects): Sample[] {
  const wanted = { amount: 10, reason: 'paid twice' }
  const sent = { channel: 'bank_transfer', reference: 'N8', from: [{ obligation, amount: 10 }] }
  const from = [{ obligation: collected_obligation, amount: 10 }]
  return [
    { method: 'POST', path: `/billing/payments/${payment}/refunds`, body: { ...wanted, ...sent } },
    { method: 'POST', path: `/collect/payments/${collected}/refunds`, body: { ...wanted, from } },
  ]
}

function captureRequests({ held, held_too }: SampleObjects): Sample[] {
  const metadata = { parcel: '1 of 2' }
  return [
    { method: 'POST', path: `/collect/payments/${held}/captures`, body: { amount: 1, metadata }, body_optional: true },
    { method: 'POST', path: `/collect/payments/${held_too}/voids`, body: { metadata }, body_optional: true },
  ]
}

function batchRequests({ customer, account, bill }: SampleObjects): Sample[] {
  const rows = {
    customers: { external_reference: 'N9', name: 'Ann', currency: 'ZAR', balance: 5 },
    accounts: { customer, external_reference: 'N9', currency: 'ZAR', balance: 5 },
    bills: {
      customer,
      account,
      external_reference: 'N9',
      currency: 'ZAR',
      amount_due: 5,
      lines: [{ label: 'Water', amount: 5 }],
      metadata: { by: 'batch' },
    },
    payments: { account, amount: 5, currency: 'ZAR', channel: 'cash', reference: 'N9' },
    adjustments: { bill, amount: 5, reason: 'fee' },
  }
  return Object.entries(rows).map(([kind, row]) => ({
    method: 'POST',
    path: `/billing/${kind}/batch`,
    body: { rows: [row] },
  }))
}

function endpointRequests(endpoint: string): Sample[] {
  const limits = { max_in_flight: 4, rate_per_s: 20, expects_posting: true }
  const chosen = { description: 'books', event_types: ['bill.*'], headers: { 'X-Api-Key': 'a-secret' }, ...limits }
  const path = `/webhooks/endpoints/${endpoint}`
  return [
    {
      method: 'POST',
      path: '/webhooks/endpoints',
      body: { url: 'https://example.com/hook', signature: 'v1', ...chosen },
    },
    { method: 'PATCH', path, body: { url: 'https://example.com/hooks', status: 'enabled', ...chosen } },
    { method: 'POST', path: `${path}/secret_rotations`, body: { overlap_hours: 0 } },
    { method: 'POST', path: `${path}/test`, body: { type: 'bill.paid' } },
    {
      method: 'POST',
      path: `${path}/replays`,
      body: { from: new Date(Date.now() - 60_000).toISOString(), to: '2199-01-01T00:00:00Z', only: 'failed' },
    },
  ]
}

function checkoutRequests(account: string, payment_request: string): Sample[] {
  const asked = { amount: 500, currency: 'ZAR', metadata: { order: '7' } }
  const expires_at = '2199-01-01T00:00:00Z'
  return [
    {
      method: 'POST',
      path: '/collect/payment_requests',
      body: { ...asked, type: 'link', external_reference: 'N5', description: 'A ticket', expires_at, account },
    },
    {
      method: 'POST',
      path: '/collect/payment_requests',
      body: { ...asked, type: 'push', push: { phone: '+27821234567' } },
    },
    { method: 'POST', path: '/test/payments', body: { account, amount: 5, currency: 'ZAR', outcome: 'succeeded' } },
    {
      method: 'POST',
      path: '/test/payments',
      body: { payment_request, outcome: 'pending_failed', method: 'instant_eft', delay_s: 5 },
    },
    {
      method: 'PATCH',
      path: `/collect/payment_requests/${payment_request}`,
      body: { external_reference: 'N6', description: 'Two tickets', expires_at, metadata: { order: '8' } },
    },
    {
      method: 'POST',
      path: '/collect/payment_sessions',
      body: {
        ...asked,
        type: 'one_time',
        external_reference: 'N7',
        options: {
          checkout_options: {
            return_url: 'https://example.com/thanks',
            save_payment_method: 'never',
            presentation_mode: { mode: 'redirect' },
          },
          payment_method_options: { card: { capture_method: 'automatic' } },
        },
      },
    },
  ]
}
