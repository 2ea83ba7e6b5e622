import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeAccount, open, submit } from '../pages/payer.ts'
import { expectCleanBooks } from '../support/verify.ts'
import { chooseTransfer, codeOf, recordLine, startBank, stateOf } from './merchant.ts'

let server: Awaited<ReturnType<typeof startBank>>
beforeAll(async () => {
  server = await startBank()
})
afterAll(async () => {
  await expectCleanBooks(server.database)
  await server.stop()
})

const details = { text: 'NKOSI T 0821234567', payer_name: 'Thandi Nkosi', payer_account: '62111222333' }

/** A customer with a transfer that was announced and paid, and the payment. */
async function paidByTransfer() {
  const account = await makeAccount(server)
  const page = await chooseTransfer(account.presentment_url)
  await submit(page.forms[0])
  const line = { details: { ...details, text: `${details.text} ${codeOf(page)}` } }
  const { body } = await recordLine(server, '', 2000, line)
  return { account, page, payment: body, line }
}

test('the export of a customer has its notices, what was told of them, and what the bank said of its payments', async () => {
  const { account, page, payment, line } = await paidByTransfer()
  const { body } = await server.api('GET', `/billing/customers/${account.customer_id}/export`)
  expect(body.transfer_notices).toMatchObject([{ code: codeOf(page), status: 'settled', settled_by: payment.id }])
  expect(body.payments[0].details).toEqual(line.details)
  const types = body.events.map(({ type }: { type: string }) => type)
  expect(types).toEqual(expect.arrayContaining(['transfer_notice.announced', 'transfer_notice.settled']))
})

test('what the bank said is erased with the customer, in the payment and in what is stored anywhere', async () => {
  const { account, page, payment, line } = await paidByTransfer()
  const key = { 'idempotency-key': 'kept-for-a-day' }
  const more = { ...line, amount: 10, currency: 'ZAR', channel: 'cash', reference: 'keyed', account: account.id }
  await server.api('POST', '/billing/payments', more, key)
  await server.api('POST', `/billing/customers/${account.customer_id}/pseudonymise`)
  const shown = (await server.api('GET', `/billing/payments/${payment.id}`)).body
  expect([shown.details, shown.amount]).toEqual([undefined, 2000])
  expect((await server.api('POST', '/billing/payments', more, key)).body.code).toBe('response_erased')
  const { rows } = await server.database.owner.query(
    `select 1 from payment where details::text like '%62111222333%'
     union all select 1 from receipt where personal::text like '%62111222333%'
     union all select 1 from event where body like '%62111222333%' or personal like '%62111222333%'
     union all select 1 from idempotency_response where body like '%62111222333%'`,
  )
  expect(rows).toHaveLength(1)
  // The other customer's, of the test before.
  expect(stateOf(await open(page.url))).toBe('settled')
})

test('a line that was erased is known when it is sent again, and a code finds its debts still', async () => {
  const { account, line, payment } = await paidByTransfer()
  const page = await chooseTransfer((await makeAccount(server, { customer: account.customer_id })).presentment_url)
  await server.api('POST', `/billing/customers/${account.customer_id}/pseudonymise`)
  const again = await recordLine(server, '', 2000, { ...line, reference: payment.reference })
  expect([again.status, again.body.id, again.body.details]).toEqual([200, payment.id, undefined])
  const other = await recordLine(server, '', 2000, { details, reference: payment.reference, account: account.id })
  expect(other.status).toBe(409)
  expect((await recordLine(server, codeOf(page), 2000)).body.applied_amount).toBe(2000)
})
