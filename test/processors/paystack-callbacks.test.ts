import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { lookIntoCallbacks } from '../../src/payments/callbacks/look-into.ts'
import type { FakeTransaction } from '../fakes/paystack-books.ts'
import { begin, type Merchant, startMerchant } from './merchant.ts'

let merchant: Merchant
let callbackUrl: string
let account: { id: string; presentment_url: string }
beforeAll(async () => {
  merchant = await startMerchant()
  callbackUrl = await merchant.switchOnPaystack()
})
afterAll(() => merchant.stop())
beforeEach(async () => {
  account = await merchant.account()
  await begin(account.presentment_url)
  merchant.paystack.pay(last())
})

const last = () => merchant.paystack.transactions.at(-1) as FakeTransaction
const call = (transaction = last(), options = {}) =>
  merchant.send(callbackUrl, merchant.paystack.callback(transaction, options))
const stored = async () => {
  const { rows } = await merchant.server.database.pool.query('select from processor_callback where reference = $1', [
    last().reference,
  ])
  return rows.length
}

describe('callbacks of Paystack', () => {
  test('apply the money although the browser never returns, five at once one time', async () => {
    const { body, headers } = merchant.paystack.callback(last())
    const send = () => fetch(callbackUrl, { method: 'POST', body, headers }).then(({ status }) => status)
    expect(await Promise.all([send(), send(), send(), send(), send()])).toEqual([200, 200, 200, 200, 200])
    await Promise.all([lookIntoCallbacks(merchant.server.app), lookIntoCallbacks(merchant.server.app)])
    expect([await stored(), await merchant.balance(account)]).toEqual([1, 0])
    expect(await call()).toBe(200)
    expect([await stored(), await merchant.balance(account)]).toEqual([1, 0])
  })

  test.each([
    ['signed with another key', () => merchant.paystack.callback(last(), { key: 'sk_live_anotherKeyAltogether' })],
    ['without a signature', () => ({ ...merchant.paystack.callback(last()), headers: {} })],
    [
      'changed on the way',
      () => {
        const { body, headers } = merchant.paystack.callback(last())
        return { body: body.replace('success', 'successs'), headers }
      },
    ],
    [
      'written anew with the same meaning',
      () => {
        const { body, headers } = merchant.paystack.callback(last())
        return { body: JSON.stringify(JSON.parse(body)), headers }
      },
    ],
    [
      'cut short',
      () => {
        const { body, headers } = merchant.paystack.callback(last())
        return { body: body.slice(0, -10), headers }
      },
    ],
    ['empty', () => ({ body: '', headers: merchant.paystack.callback(last()).headers })],
  ])('%s are refused, and nothing is written', async (_what, make) => {
    expect(await merchant.send(callbackUrl, make() as { body: string; headers: Record<string, string> })).toBe(401)
    expect([await stored(), await merchant.balance(account)]).toEqual([0, 2000])
  })

  test.each([
    ['of the test mode', { domain: 'test' }],
    ['about what is not followed', { event: 'transfer.success' }],
  ])('%s wake nothing', async (_what, options) => {
    expect(await call(last(), options)).toBe(200)
    expect(await stored()).toBe(0)
  })

  test('about a transaction of somebody else wake nothing', async () => {
    const strange = { ...last(), reference: 'T685312322670591' }
    expect(await call(strange)).toBe(200)
    const { rows } = await merchant.server.database.pool.query('select from processor_callback where reference = $1', [
      strange.reference,
    ])
    expect(rows).toHaveLength(0)
  })

  test('say nothing that is believed', async () => {
    const claimed = { ...last(), amount: 1 }
    Object.assign(last(), { status: 'abandoned' })
    expect(await call(claimed)).toBe(200)
    expect([await stored(), await merchant.balance(account)]).toEqual([1, 2000])
  })
})
