import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { formatId, newId } from '../../src/core/id/id.ts'
import { type Call, everyCall, withValue } from '../fuzz/operations.ts'
import { open, submit } from '../pages/payer.ts'
import { type TestServer, testServer } from '../support/server.ts'
import { elsewhere } from './given-elsewhere.ts'
import { documentedCodes, neverGiven } from './unseen-codes.ts'

// Each refusal that an operation documents is given by it. What takes more than a few requests to bring about is seen elsewhere.

let server: TestServer
let calls: Call[]
const given = new Set<string>()
beforeAll(async () => {
  server = await testServer()
  calls = await everyCall(server)
})
afterAll(() => server.stop())

/** Calls an operation, with changes to the path, the query, the headers or the body, and expects the refusal. */
async function refused(id: string, code: string, change: Partial<Changes> = {}): Promise<void> {
  const call = calls.find((one) => one.id === id)
  if (!call) throw new Error(`there is no operation ${id}`)
  const [path = '', query = ''] = call.path.split('?')
  const named = Object.values(change.path ?? {}).reduce(
    (url, value, index) => url.replace(`{${call.params[index]}}`, value),
    change.path ? call.template : path,
  )
  const search = [query, change.query ?? ''].filter((part) => part !== '').join('&')
  const body = change.body ?? (call.body && { ...call.body, ...change.fields })
  const answer = await server.api(call.method, search === '' ? named : `${named}?${search}`, body, change.headers)
  expect([id, answer.body?.code, answer.text]).toEqual([id, code, answer.text])
  given.add(`${id} ${code}`)
}
type Changes = {
  path: Record<string, string>
  query: string
  headers: Record<string, string>
  fields: object
  body: object
}

const ids = (part: RegExp, code: string) =>
  documentedCodes()
    .map((pair) => pair.split(' ') as [string, string])
    .filter(([id, one]) => one === code && part.test(id))
    .map(([id]) => id)
const call = (id: string) => calls.find((one) => one.id === id) as Call
const card = '4111 1111 1111 1111'

let made = 0
async function make(kind: 'customer' | 'account' | 'bill' | 'payment', body: object): Promise<Record<string, string>> {
  const own =
    kind === 'payment' ? { channel: 'till', reference: `codes-${++made}` } : { external_reference: `codes-${++made}` }
  const answer = await server.api('POST', `/billing/${kind}s`, { ...own, ...body })
  expect([answer.status, answer.text]).toEqual([201, answer.text])
  return answer.body
}
const balance = { currency: 'ZAR', balance: 1000 }
const act = async (path: string, body?: object) => {
  const answer = await server.api('POST', `/billing/${path}`, body)
  expect([path, answer.status]).toEqual([path, body === undefined ? 200 : 201])
  return answer.body
}

describe('what has to do with the request alone', () => {
  test('not_found', async () => {
    for (const id of ids(/./, 'not_found')) {
      const [param] = call(id).params
      if (param === undefined) continue
      const nobody = formatId(param as 'bill', newId(1, 1))
      await refused(id, 'not_found', { path: { [param]: nobody } })
    }
    const nobody = { account: 'nobody' }
    await refused('createAccount', 'not_found', { fields: { customer: 'nobody' } })
    await refused('createBill', 'not_found', { fields: nobody })
    await refused('createObligation', 'not_found', { fields: nobody })
    await refused('createPayment', 'not_found', { fields: { allocations: [{ ...nobody, amount: 1 }] } })
    await refused('previewPayment', 'not_found', { fields: { bill: 'nobody' } })
  })

  test('invalid_cursor', async () => {
    for (const id of ids(/./, 'invalid_cursor')) await refused(id, 'invalid_cursor', { query: 'cursor=nothing' })
  })

  test('precondition_failed', async () => {
    for (const id of ids(/./, 'precondition_failed')) {
      await refused(id, 'precondition_failed', { headers: { 'if-match': '"0"' } })
    }
  })

  test('card_number', async () => {
    for (const id of ids(/^list/, 'card_number')) {
      await refused(id, 'card_number', { query: `metadata[plan]=${encodeURIComponent(card)}` })
    }
    for (const id of ids(/^(?!list|updateProcessor)/, 'card_number')) {
      const { body, places } = call(id)
      const text = places.find(
        ({ path }) =>
          path[0] === 'metadata' || (path.length === 1 && /^(?:name|reason|description)$/.test(String(path[0]))),
      )
      await refused(id, 'card_number', { body: withValue(body, text?.path ?? ['nothing'], card) as object })
    }
  })

  test('color_contrast', async () => {
    for (const id of ids(/./, 'color_contrast')) {
      await refused(id, 'color_contrast', { fields: { accent_color: '#ffcc00' } })
    }
  })

  test('invalid_logo', async () => {
    await refused('putLogo', 'invalid_logo', { fields: { data: 'AAAA' } })
  })

  test('invalid_payment_rules', async () => {
    for (const id of ids(/./, 'invalid_payment_rules')) {
      const payment_rules = { min_amount: 500, max_amount: 100 }
      const external_reference = { external_reference: `rules-${id}` }
      await refused(id, 'invalid_payment_rules', {
        fields: { payment_rules, ...(id.startsWith('create') && external_reference) },
      })
    }
  })

  test('metadata_too_large', async () => {
    const metadata = Object.fromEntries(Array.from({ length: 11 }, (_, at) => [`k${at}`, 'v']))
    for (const id of ids(/./, 'metadata_too_large')) await refused(id, 'metadata_too_large', { fields: { metadata } })
  })
})

describe('what has to do with customers, accounts and bills', () => {
  test('references', async () => {
    await refused('createCustomer', 'external_reference_taken', { fields: { external_reference: 'F1' } })
    await refused('createAccount', 'external_reference_taken', {
      body: { customer: 'F1', external_reference: 'F2' },
    })
    await refused('createBill', 'external_reference_taken', {
      body: { customer: 'F1', external_reference: 'F3', currency: 'ZAR', amount_due: 1 },
    })
  })

  test('currencies', async () => {
    const customer = await make('customer', {})
    const account = await make('account', { customer: customer.id })
    const without = (id: string) => ({ external_reference: id, balance: 1 })
    await refused('createCustomer', 'currency_required', { body: without('cur-1') })
    await refused('createAccount', 'currency_required', { body: { customer: customer.id, ...without('cur-2') } })
    await refused('createBill', 'currency_required', {
      body: { customer: without('cur-3'), external_reference: 'cur-4', currency: 'ZAR', amount_due: 1 },
    })
    const bodies = { updateCustomer: customer, updateAccount: account }
    for (const [id, object] of Object.entries(bodies)) {
      await refused(id, 'currency_required', { path: { id: object.id as string }, body: { balance: 5 } })
    }
    for (const id of ids(/./, 'currency_fixed')) await refused(id, 'currency_fixed', { body: { currency: 'USD' } })
    for (const id of ids(/^adjust/, 'currency_mismatch')) {
      await refused(id, 'currency_mismatch', { fields: { currency: 'USD', kind: 'adjustment', amount: 1 } })
    }
  })

  test('balances', async () => {
    const customer = await make('customer', {})
    const account = await make('account', { customer: customer.id })
    const of = { Customer: customer, Account: account } as Record<string, Record<string, string>>
    for (const id of ids(/^(?:adjust|retrieve)/, 'no_balance')) {
      const [, kind = ''] = /(Customer|Account)/.exec(id) ?? []
      await refused(id, 'no_balance', { path: { id: of[kind]?.id as string } })
    }
    const most = { amount: 1_000_000_000_000_000, reason: 'most' }
    await refused('adjustCustomer', 'amount_out_of_range', { body: most })
    await refused('adjustAccount', 'amount_out_of_range', { body: most })
    await refused('adjustBill', 'amount_out_of_range', { body: most })
    await refused('adjustBill', 'amount_exceeds_remaining', { body: { amount: -999_999, reason: 'too much' } })
    await refused('updateBill', 'amount_exceeds_remaining', { body: { amount_paid: 999_999 } })
    await refused('updateBill', 'amount_paid_below_applied', { body: { amount_paid: 1 } })
    await refused('adjustBill', 'invalid_dates', {
      body: { amount: -1, reason: 'early', effective_at: '2020-01-01T00:00:00Z' },
    })
    const dates = { bill_date: '2026-02-01', due_date: '2026-01-01' }
    await refused('createBill', 'invalid_dates', {
      body: { customer: 'F1', external_reference: 'dates', ...dates, currency: 'ZAR', amount_due: 1 },
    })
    const other = { customer: customer.id, account: 'F2', external_reference: 'other', currency: 'ZAR', amount_due: 1 }
    await refused('createBill', 'customer_mismatch', { body: other })
  })

  test('what a bill is for', async () => {
    const address = { document_url: 'https://10.0.0.1/bill.pdf' }
    const lines = { lines: [{ label: 'x', amount: 1 }] }
    const fresh = { external_reference: 'particulars', account: 'F2' }
    await refused('createBill', 'url_not_allowed', { fields: { ...address, ...fresh } })
    await refused('createBill', 'invalid_lines', { fields: { ...lines, ...fresh } })
    await refused('updateBill', 'url_not_allowed', { body: address })
    await refused('updateBill', 'invalid_lines', { body: lines })
    await refused('updateBill', 'invalid_dates', { body: { due_date: '1900-01-01' } })
    const bill = await make('bill', { customer: 'F1', currency: 'ZAR', amount_due: 5 })
    await make('payment', { bill: bill.id, amount: 5, currency: 'ZAR' })
    await refused('updateBill', 'bill_paid', { path: { id: bill.id as string }, body: { description: 'x' } })
  })

  test('archived and voided objects', async () => {
    for (const kind of ['Customer', 'Account', 'Bill']) await refused(`archive${kind}`, 'balance_not_zero')
    await refused('voidBill', 'bill_has_payments')
    const customer = await make('customer', {})
    const account = await make('account', { customer: customer.id })
    const bill = await make('bill', { account: account.id, currency: 'ZAR', amount_due: 5 })
    await act(`bills/${bill.id}/void`)
    const voided = { path: { id: bill.id as string } }
    await refused('voidBill', 'bill_voided', voided)
    await refused('adjustBill', 'bill_voided', voided)
    await refused('updateBill', 'bill_voided', voided)
    for (const one of [`bills/${bill.id}`, `accounts/${account.id}`, `customers/${customer.id}`])
      await act(`${one}/archive`)
    const of = { Customer: customer, Account: account, Bill: bill } as Record<string, Record<string, string>>
    for (const id of ids(/^(?:adjust|update|unarchive|void)/, 'archived')) {
      const [, kind = ''] = /(Customer|Account|Bill)$/.exec(id) ?? []
      await refused(id, 'archived', { path: { id: of[kind]?.id as string } })
    }
    const new_ = { external_reference: 'of-archived' }
    await refused('createAccount', 'archived', { body: { customer: customer.id, ...new_ } })
    await refused('createBill', 'archived', { body: { account: account.id, ...new_, currency: 'ZAR', amount_due: 1 } })
  })
})

describe('what has to do with money', () => {
  test('that goes nowhere', async () => {
    const customer = await make('customer', {})
    const account = await make('account', { customer: customer.id, ...balance })
    const empty = await make('account', { customer: customer.id })
    const foreign = await make('account', { customer: customer.id, currency: 'USD', balance: 1000 })
    const bill = await make('bill', { customer: customer.id, currency: 'ZAR', amount_due: 5 })
    await act(`bills/${bill.id}/void`)
    const payment = await make('payment', { amount: 2000, currency: 'ZAR', account: account.id, policy: 'in_order' })
    const obligation = (await server.api('GET', `/billing/obligations?payment=${payment.id}`)).body.data[0]
    const cases: [string, object, number?][] = [
      ['no_balance', { account: empty.id }],
      ['customer_mismatch', { account: 'F2' }],
      ['currency_mismatch', { account: foreign.id }],
      ['bill_voided', { bill: bill.id }],
    ]
    const open = await make('bill', { customer: customer.id, currency: 'ZAR', amount_due: 5 })
    for (const [code, to] of cases) {
      const first = { bill: open.id, amount: 1 }
      const allocations = [first, { ...to, amount: 1 }]
      await refused('previewPayment', code, { body: { amount: 50, currency: 'ZAR', allocations } })
      const own = { channel: 'till', reference: `codes-${++made}` }
      await refused('createPayment', code, { body: { amount: 50, currency: 'ZAR', ...own, allocations } })
      await refused('moveObligation', code, { path: { id: obligation.id }, body: { to } })
    }
    const unapplied = await make('payment', { amount: 100, currency: 'ZAR', bill: open.id, policy: 'in_order' })
    for (const [code, to] of cases)
      await refused('createObligation', code, { body: { payment: unapplied.id, amount: 1, ...to } })
    await refused('createObligation', 'amount_exceeds_remaining', {
      body: { payment: unapplied.id, amount: 99_999, account: account.id },
    })
    await refused('moveObligation', 'invalid_allocation', {
      path: { id: obligation.id },
      body: { to: { account: account.id } },
    })
    for (const id of ['moveObligation', 'reverseObligation']) {
      await refused(id, 'amount_exceeds_remaining', { path: { id: obligation.id }, fields: { amount: 99_999 } })
    }
    await refused('reversePayment', 'amount_exceeds_remaining', { fields: { amount: 99_999 } })
    const rest = await make('bill', { customer: customer.id, currency: 'ZAR', amount_due: 5 })
    for (const id of ['previewPayment', 'createPayment']) {
      const own = id === 'createPayment' ? { channel: 'till', reference: `codes-${++made}` } : {}
      const body = { amount: 50, currency: 'ZAR', ...own }
      await refused(id, 'amount_exceeds_remaining', { body: { ...body, allocations: [{ bill: rest.id, amount: 6 }] } })
      await refused(id, 'invalid_allocation', { body: { ...body, allocations: [{ bill: rest.id, amount: 51 }] } })
    }
  })

  test('that was there before, or is gone', async () => {
    const account = await make('account', { customer: 'F1', ...balance })
    const payment = await make('payment', { amount: 100, currency: 'ZAR', account: account.id })
    const obligation = (await server.api('GET', `/billing/obligations?payment=${payment.id}`)).body.data[0]
    const said = { channel: 'till', reference: `codes-${made}`, currency: 'ZAR', account: account.id }
    await refused('createPayment', 'payment_reference_conflict', { body: { ...said, amount: 101 } })
    await refused('createPayment', 'payment_state', { body: { ...said, amount: 101, replaces: payment.id } })
    await act(`payments/${payment.id}/reversals`, { reason: 'returned' })
    await refused('reversePayment', 'payment_state', {
      path: { id: payment.id as string },
      fields: { amount: undefined },
    })
    for (const id of ['moveObligation', 'reverseObligation']) {
      await refused(id, 'payment_state', { path: { id: obligation.id }, fields: { amount: undefined } })
    }
  })

  test('that a balance cannot hold, or a sum', async () => {
    const most = 1_000_000_000_000_000
    const account = await make('account', { customer: 'F1', ...balance })
    const full = await make('account', { customer: 'F1', currency: 'ZAR', balance: most })
    const payment = await make('payment', { amount: 100, currency: 'ZAR', account: account.id })
    const obligation = (await server.api('GET', `/billing/obligations?payment=${payment.id}`)).body.data[0]
    const whole = { path: { id: obligation.id }, fields: { amount: undefined } }
    await server.api('PATCH', `/billing/accounts/${account.id}`, { balance: most })
    await refused('reverseObligation', 'amount_out_of_range', whole)
    await refused('moveObligation', 'amount_out_of_range', { ...whole, fields: { to: { account: full.id } } })
    await refused('reversePayment', 'amount_out_of_range', { ...whole, path: { id: payment.id as string } })
    const sent = { channel: 'till', reference: `codes-${++made}`, reason: 'paid twice' }
    await refused('recordRefund', 'amount_out_of_range', { path: { id: payment.id as string }, body: sent })
    const customer = await make('customer', { currency: 'ZAR', balance: 0 })
    for (let count = 0; count < 10; count++) {
      for (const [amount, month] of [
        [most, '02'],
        [-most, '04'],
      ]) {
        const effective_at = `2026-${month}-01T00:00:00Z`
        await act(`customers/${customer.id}/adjustments`, { amount, reason: 'moved', effective_at })
      }
    }
    const path = { id: customer.id as string }
    const march = { path, query: 'effective_at=2026-03-01T00:00:00Z' }
    await refused('retrieveCustomerBalance', 'amount_out_of_range', march)
    await refused('retrieveCustomerStatement', 'amount_out_of_range', { path })
  })

  test('that has not arrived', async () => {
    const account = await make('account', { customer: 'F1', ...balance })
    const page = await open(account.presentment_url as string)
    await submit(page.forms[0])
    const listed = await server.api('GET', '/billing/payments?customer=F1&created_from=2020-01-01T00:00:00Z')
    const begun = listed.body.data.find(({ status }: { status: string }) => status !== 'succeeded')
    await refused('createObligation', 'payment_state', { body: { payment: begun.id, account: account.id, amount: 1 } })
  })
})

// The last, since events would be sent to them.
test('what has to do with webhook endpoints', async () => {
  for (const id of ['createWebhookEndpoint', 'updateWebhookEndpoint']) {
    await refused(id, 'url_not_allowed', { fields: { url: 'https://10.0.0.1/hook' } })
    await refused(id, 'header_not_allowed', { fields: { headers: { Host: 'example.com' } } })
  }
  const rotation = call('rotateWebhookSecret')
  expect((await server.api('POST', rotation.path, { overlap_hours: 1 })).status).toBe(201)
  await refused('rotateWebhookSecret', 'rotation_in_progress')
  for (let count = 1; count < 20; count++) {
    await server.api('POST', '/webhooks/endpoints', { url: `https://example.com/${count}` })
  }
  await refused('createWebhookEndpoint', 'too_many_endpoints')
  await refused('createReplay', 'beyond_retention', { fields: { from: '2020-01-01T00:00:00Z' } })
  const { path, body } = call('createReplay')
  await server.api('POST', path, body)
  await refused('createReplay', 'replay_in_progress')
})

test('every refusal that is documented is given, here or where it says', () => {
  const known = new Set([...given, ...neverGiven, ...Object.values(elsewhere).flat()])
  expect(documentedCodes().filter((pair) => !known.has(pair))).toEqual([])
})
