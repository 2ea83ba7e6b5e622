import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { isIban } from '../../src/payments/processor/bank-transfer/iban.ts'
import { makeAccount, open, submit } from '../pages/payer.ts'
import { expectCleanBooks } from '../support/verify.ts'
import { account, chooseTransfer, codeOf, recordLine, setUp, startBank } from './merchant.ts'

let server: Awaited<ReturnType<typeof startBank>>
beforeAll(async () => {
  server = await startBank()
})
afterAll(async () => {
  await expectCleanBooks(server.database)
  await server.stop()
})

const path = '/settings/processors/bank_transfer'
const live = () => ({ authorization: `Bearer ${server.liveKey}` })

describe('bank transfer', () => {
  test('is there in every environment, and off until it is set up', async () => {
    const { body } = await server.api('GET', path, undefined, live())
    expect(body).toEqual({
      name: 'bank_transfer',
      mode: 'live',
      enabled: false,
      position: 0,
      secrets: {},
      currencies: null,
      minimum: {},
      maximum: {},
      capabilities: { capture: 'none', refund: 'none', close: false, settlements: false },
    })
  })

  test('is set up with an account, which is shown whole: nothing of it is secret', async () => {
    expect((await server.api('GET', path)).body).toMatchObject({ enabled: true, bank_account: account })
    const iban = { holder: 'Acme', bank_name: 'B', iban: 'gb33 bukb 2020 1555 5555 55', bic: 'bukbgb22xxx' }
    const { bank_account } = await setUp(server, { bank_account: iban })
    expect(bank_account).toEqual({ ...iban, iban: 'GB33BUKB20201555555555', bic: 'BUKBGB22XXX' })
    const page = await chooseTransfer((await makeAccount(server)).presentment_url)
    expect(page.text).toMatch(/IBAN GB33 BUKB 2020 1555 5555 55 BIC BUKBGB22XXX/)
    await setUp(server)
  })

  test('cannot be switched on without an account, nor lose it while it is on', async () => {
    const refused = async (body: object) => {
      const answer = await server.api('PATCH', path, body, live())
      return [answer.status, answer.body.code, answer.body.errors[0].pointer]
    }
    expect(await refused({ enabled: true })).toEqual([400, 'invalid_request', '/bank_account'])
    await setUp(server, {}, live())
    expect(await refused({ bank_account: null })).toEqual([400, 'invalid_request', '/bank_account'])
    expect((await server.api('DELETE', path, undefined, live())).body).toEqual({ name: 'bank_transfer', deleted: true })
    expect((await server.api('GET', path, undefined, live())).body.enabled).toBe(false)
  })

  test.each([
    [{ ...account, iban: 'GB33BUKB20201555555555' }, ''],
    [{ holder: 'Acme', bank_name: 'B' }, ''],
    [{ ...account, account_number: undefined, iban: 'GB33BUKB20201555555556' }, '/iban'],
    [{ ...account, account_number: '6200<b>' }, '/account_number'],
    [{ ...account, bic: 'BUKB' }, '/bic'],
    [{ ...account, branch_code: '' }, '/branch_code'],
    [{ ...account, holder: '' }, '/holder'],
    [{ ...account, bank_name: undefined }, '/bank_name'],
    [{ ...account, swift: 'X' }, '/swift'],
    ['62000000000', ''],
  ])('refuses the account %j', async (bank_account, pointer) => {
    const answer = await server.api('PATCH', path, { bank_account })
    expect([answer.status, answer.body.errors[0].pointer]).toEqual([400, `/bank_account${pointer}`])
    expect((await server.api('GET', path)).body.bank_account).toEqual(account)
  })

  test('refuses the number of a card in what payers are told, and a secret; other processors refuse an account', async () => {
    const told = await server.api('PATCH', path, { bank_account: { ...account, instructions: '4242 4242 4242 4242' } })
    expect([told.status, told.body.code]).toEqual([422, 'card_number'])
    const secret = await server.api('PATCH', path, { secrets: { secret_key: 'x' } })
    expect([secret.status, secret.body.code]).toEqual([422, 'processor_refused_key'])
    const other = await server.api('PATCH', '/settings/processors/simulator', { bank_account: account })
    expect([other.status, other.body.code, other.body.errors[0].pointer]).toEqual([
      422,
      'not_supported',
      '/bank_account',
    ])
  })

  test('is offered where amount and currency fit', async () => {
    await setUp(server, { minimum: { ZAR: 1500 }, currencies: ['ZAR'] })
    const { presentment_url } = await makeAccount(server)
    const list = await submit((await open(presentment_url)).forms[0], { amount: '15' })
    expect(list.text).toContain('How to pay Bank transfer Simulator')
    const small = await submit((await open(presentment_url)).forms[0], { amount: '14' })
    expect(small.url).toContain('/simulator/')
    const forced = await submit((await open(presentment_url)).forms[0], { amount: '14', processor: 'bank_transfer' })
    expect(forced.url).toContain('/simulator/')
    await setUp(server, { minimum: {}, currencies: null })
  })

  test('cannot be called back, and is no processor that could be asked', async () => {
    const called = await fetch(`${server.url}/processors/bank_transfer/callbacks/1-x`, { method: 'POST', body: '{}' })
    expect(called.status).toBe(404)
    const push = { type: 'push', push: { phone: '+27821234567' }, amount: 100, currency: 'ZAR' }
    await server.api('PATCH', '/settings/processors/simulator', { enabled: false })
    expect((await server.api('POST', '/collect/payment_requests', push)).body.code).toBe('not_supported')
    await server.api('DELETE', '/settings/processors/simulator')
  })
})

test('in a live environment without a processor a payer is led to a transfer, and never told of a card', async () => {
  await setUp(server, {}, live())
  const sent = {
    customer: { external_reference: 'live-1' },
    external_reference: 'live-a',
    currency: 'ZAR',
    balance: 900,
  }
  const { body: owing } = await server.api('POST', '/billing/accounts', sent, live())
  const owed = await open(owing.presentment_url)
  expect(owed.html).toContain('Continue to payment')
  expect(owed.text).not.toContain('card')
  const page = await submit(owed.forms[0])
  expect([page.text, codeOf(page)]).toEqual([expect.not.stringContaining('card'), expect.stringMatching(/^PX/)])
  expect((await recordLine(server, codeOf(page), 900)).status).toBe(400)
  const line = { amount: 900, currency: 'ZAR', channel: 'bank_transfer', reference: codeOf(page) }
  const recorded = await server.api('POST', '/billing/payments', line, live())
  expect([recorded.status, recorded.body.mode, recorded.body.applied_amount]).toEqual([201, 'live', 900])
})

test('IBANs of many countries are known, with any digit wrong they are not', () => {
  const good = [
    'DE89370400440532013000',
    'FR1420041010050500013M02606',
    'NO9386011117947',
    'MT84MALT011000012345MTLCAST001S',
  ]
  for (const iban of good) {
    expect(isIban(iban), iban).toBe(true)
    for (let at = 4; at < iban.length; at++) {
      const wrong = iban[at] === '7' ? '8' : '7'
      expect(isIban(iban.slice(0, at) + wrong + iban.slice(at + 1)), iban).toBe(false)
    }
  }
})
