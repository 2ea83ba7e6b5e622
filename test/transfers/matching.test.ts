import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { newTransferCode, shownTransferCode } from '../../src/core/transfer-code.ts'
import { makeAccount } from '../pages/payer.ts'
import { testServer } from '../support/server.ts'
import { makeNotice } from '../support/transfer-notice.ts'
import { expectCleanBooks } from '../support/verify.ts'
import { noticeOf, recordLine, startBank } from './merchant.ts'

let server: Awaited<ReturnType<typeof startBank>>
beforeAll(async () => {
  server = await startBank()
})
afterAll(async () => {
  await expectCleanBooks(server.database)
  await server.stop()
})

/** An account with a notice for R 5.00 of what it owes. */
async function announced() {
  const account = await makeAccount(server)
  return { account, ...(await makeNotice(server, account.id)) }
}
const owner = () => server.database.owner

describe('a line of the bank finds the notice of a code', () => {
  test.each([
    ['as it was given', (code: string) => code],
    ['in groups', (code: string) => shownTransferCode(code)],
    ['in lower case with dashes', (code: string) => shownTransferCode(code).toLowerCase().replaceAll(' ', '-')],
    ['with letters for digits', (code: string) => code.replaceAll('0', 'O').replaceAll('1', 'l').replaceAll('5', 'S')],
    ['glued to other words', (code: string) => `INTERNETPMT${code}ACMEWATER`],
    ['parted by the end of a line', (code: string) => `EFT PAYMENT FROM NKOSI ${code.slice(0, 7)}\n${code.slice(7)}`],
  ])('%s', async (_how, mangle) => {
    const inText = await announced()
    const { body } = await recordLine(server, mangle(inText.code), 500)
    expect([body.customer_id, body.applied_amount, body.details]).toEqual([
      inText.account.customer_id,
      500,
      { text: mangle(inText.code) },
    ])
    const inReference = await announced()
    const line = { amount: 500, currency: 'ZAR', channel: 'bank_transfer', reference: mangle(inReference.code) }
    const recorded = await server.api('POST', '/billing/payments', line)
    expect([recorded.status, recorded.body.applied_amount]).toEqual([201, 500])
    expect(await noticeOf(server, inReference.account.customer_id)).toMatchObject({ settled_by: recorded.body.id })
  })

  test('in one of its two texts, or in both', async () => {
    const { code, account } = await announced()
    const { body } = await recordLine(server, `x ${code}`, 500, { reference: `both ${code}` })
    expect([body.customer_id, body.applied_amount]).toEqual([account.customer_id, 500])
  })

  test('beside a text that only reads as a code', async () => {
    const { code } = await announced()
    const { status, body } = await recordLine(server, `${newTransferCode()} ${code}`, 500)
    expect([status, body.applied_amount]).toEqual([201, 500])
  })
})

describe('without a target, and without one notice to go by, nothing is recorded', () => {
  const refused = async (text: string, more: object = {}) => {
    const { status, body } = await recordLine(server, text, 500, more)
    return [status, body.code, body.errors?.[0]?.pointer]
  }
  const count = async () => (await owner().query('select count(*) as n from payment')).rows[0].n

  test('no code, a code of nothing, a code with a wrong character, several codes', async () => {
    const [one, other] = [await announced(), await announced()]
    const before = await count()
    const wrong = one.code.slice(0, -1) + (one.code.endsWith('7') ? '8' : '7')
    for (const text of ['rent', newTransferCode(), wrong, `${one.code} ${other.code}`]) {
      expect(await refused(text), text).toEqual([400, 'invalid_request', ''])
    }
    expect(await refused(one.code, { reference: other.code })).toEqual([400, 'invalid_request', ''])
    expect(await count()).toBe(before)
    expect((await noticeOf(server, one.account.customer_id)).status).toBe('shown')
  })

  test('a policy without a target, and two targets, are refused as ever', async () => {
    const { code } = await announced()
    expect(await refused(code, { policy: 'oldest_first' })).toEqual([400, 'invalid_request', ''])
    expect(await refused(code, { customer: 'a', bill: 'b' })).toEqual([400, 'invalid_request', ''])
  })

  test('a code of another environment finds nothing', async () => {
    const { code, id } = await announced()
    const live = { authorization: `Bearer ${server.liveKey}` }
    const line = { amount: 500, currency: 'ZAR', channel: 'bank_transfer', reference: code }
    expect((await server.api('POST', '/billing/payments', line, live)).status).toBe(400)
    expect((await server.api('GET', `/collect/transfer_notices?code=${code}`, undefined, live)).body.data).toEqual([])
    expect((await server.api('GET', `/collect/transfer_notices/${id}`, undefined, live)).status).toBe(404)
    const other = await testServer({ database: server.database, clock: server.clock })
    expect((await other.api('POST', '/billing/payments', line)).status).toBe(400)
    expect((await other.api('GET', `/collect/transfer_notices/${id}`)).status).toBe(404)
    await other.stop()
  })
})

describe('a caller who says where the money goes', () => {
  test('is obeyed, and ends the notice where that is of the same customer', async () => {
    const { code, account } = await announced()
    const bill = await server.api('POST', '/billing/bills', {
      customer: account.customer_id,
      external_reference: 'named-by-caller',
      currency: 'ZAR',
      amount_due: 500,
    })
    const { body } = await recordLine(server, code, 500, { bill: bill.body.id })
    expect(body.obligations).toMatchObject([{ bill_id: bill.body.id, amount: 500 }])
    expect(await noticeOf(server, account.customer_id)).toMatchObject({ status: 'settled', settled_by: body.id })
  })

  test('who names another customer leaves the notice as it is', async () => {
    const { code, account } = await announced()
    const stranger = await makeAccount(server)
    const { body } = await recordLine(server, code, 500, { account: stranger.id })
    expect(body.customer_id).toBe(stranger.customer_id)
    expect((await noticeOf(server, account.customer_id)).status).toBe('shown')
    expect((await recordLine(server, code, 500)).body.customer_id).toBe(account.customer_id)
  })

  test('by a reference, with amounts of its own, is obeyed too', async () => {
    const { code, account } = await announced()
    const { body } = await recordLine(server, code, 500, { allocations: [{ account: account.id, amount: 200 }] })
    expect([body.applied_amount, body.unapplied_amount]).toEqual([200, 300])
    expect((await noticeOf(server, account.customer_id)).settled_by).toBe(body.id)
  })

  test('whose allocation is refused ends nothing', async () => {
    const { code, account } = await announced()
    const { status } = await recordLine(server, code, 9000, { allocations: [{ account: account.id, amount: 9000 }] })
    expect([status, (await noticeOf(server, account.customer_id)).status]).toEqual([422, 'shown'])
  })
})

test('money in another currency than was announced stays unapplied at the customer', async () => {
  const { code, account } = await announced()
  const { body } = await recordLine(server, code, 500, { currency: 'USD' })
  expect([body.customer_id, body.applied_amount, body.unapplied_amount]).toEqual([account.customer_id, 0, 500])
})

describe('the same line sent again', () => {
  test('is the same payment, and any other line under its reference says what differs', async () => {
    const { code } = await announced()
    const line = {
      reference: `again-${code}`,
      details: { text: code, payer_name: 'T Nkosi', payer_account: '4000000000000002' },
    }
    const first = await recordLine(server, code, 500, line)
    expect(first.status).toBe(201)
    const again = await recordLine(server, code, 500, line)
    expect([again.status, again.body.id, again.body.details]).toEqual([200, first.body.id, line.details])
    const differing = async (more: object, amount = 500) => {
      const { status, body } = await recordLine(server, code, amount, { ...line, ...more })
      return [status, body.errors.map(({ pointer }: { pointer: string }) => pointer)]
    }
    expect(await differing({ details: { text: code } })).toEqual([409, ['/details']])
    expect(await differing({ details: { ...line.details, payer_name: 'X' } })).toEqual([409, ['/details']])
    expect(await differing({}, 600)).toEqual([409, ['/amount']])
    expect(await differing({ account: (await makeAccount(server)).id })).toEqual([409, ['/account']])
  })

  test('with an Idempotency-Key gets the same answer', async () => {
    const { code } = await announced()
    const line = { amount: 500, currency: 'ZAR', channel: 'bank_transfer', reference: `key ${code}` }
    const send = () => server.api('POST', '/billing/payments', line, { 'idempotency-key': `key-${code}` })
    const [first, again] = [await send(), await send()]
    expect([first.status, again.status, again.text]).toEqual([201, 201, first.text])
  })

  test('of a payment that was recorded before there were details is compared as it was made', async () => {
    const account = await makeAccount(server)
    const line = { amount: 700, currency: 'ZAR', channel: 'cash', reference: `old-${account.id}`, account: account.id }
    const first = await server.api('POST', '/billing/payments', line)
    const { fingerprintOf } = await import('../../src/payments/recorded/fingerprint.ts')
    const { createHash } = await import('node:crypto')
    expect(
      fingerprintOf({ ...line, amount: 1n, metadata: {}, details: undefined, target: 'by_code', replaces: null })[0],
    ).toBe(3)
    const { parseId } = await import('../../src/core/id/id.ts')
    const named = { account: parseId('account', account.id) }
    const canonical = JSON.stringify([700, 'ZAR', 'due_date_first', named, [], null])
    const second = Buffer.concat([Buffer.from([2]), createHash('sha256').update(canonical).digest()])
    await owner().query('update payment_reference set fingerprint = $1 where payment_id = $2', [
      second,
      parseId('payment', first.body.id),
    ])
    const again = await server.api('POST', '/billing/payments', { ...line, details: { text: 'said later' } })
    expect([again.status, again.body.id]).toEqual([200, first.body.id])
    expect((await server.api('POST', '/billing/payments', { ...line, amount: 1 })).status).toBe(409)
  })
})

describe('details', () => {
  const send = (details: unknown) => recordLine(server, '', 100, { details, account: shared })
  let shared = ''
  beforeAll(async () => {
    shared = (await makeAccount(server)).id
  })

  test.each([
    [{}, ''],
    [{ text: '' }, '/text'],
    [{ text: 'x'.repeat(1_001) }, '/text'],
    [{ text: 'a\0b' }, '/text'],
    [{ payer_name: 7 }, '/payer_name'],
    [{ iban: 'x' }, '/iban'],
    ['x', ''],
  ])('%j are refused', async (details, pointer) => {
    const { status, body } = await send(details)
    expect([status, body.errors[0].pointer]).toEqual([400, `/details${pointer}`])
  })

  test('may hold what looks like the number of a card: it is what the bank says', async () => {
    const details = { text: '4242 4242 4242 4242', payer_account: '4242424242424242' }
    const { status, body } = await send(details)
    expect(status).toBe(201)
    const { body: shown } = await server.api('GET', `/billing/payments/${body.id}`)
    expect(shown.details).toEqual(details)
    const { body: list } = await server.api('GET', `/billing/payments?customer=${shown.customer_id}`)
    expect(list.data[0].details).toEqual(details)
  })
})
