import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { follow, makeAccount, open, type PayerPage, paymentsOf, submit } from '../pages/payer.ts'
import { type TestServer, testServer } from '../support/server.ts'

let server: TestServer
beforeAll(async () => {
  server = await testServer()
})
afterAll(() => server.stop())

const track = (tracked_parameters: unknown) => server.api('PATCH', '/settings', { tracked_parameters })

describe('the parameters that a merchant names', () => {
  it('become metadata of the payment, from the page, a review and a request, until they are named no more', async () => {
    expect((await server.api('GET', '/settings')).body.tracked_parameters).toEqual([])
    expect((await track(['branch', 'cashier_7'])).body.tracked_parameters).toEqual(['branch', 'cashier_7'])
    const query = 'branch=north&cashier_7=A%26B&utm_source=sms&other=no'
    const kept = { branch: 'north', cashier_7: 'A&B', utm_source: 'sms' }
    const account = await makeAccount(server)
    await submit((await open(`${account.presentment_url}?${query}`)).forms[0])
    expect((await paymentsOf(server, account))[0]?.metadata).toEqual(kept)

    const request = (await server.api('POST', '/collect/payment_requests', { amount: 5, currency: 'ZAR' })).body
    await submit((await open(`${request.link.url}?${query}`)).forms[0])
    expect(await metadataOf(request)).toEqual(kept)

    await track([])
    const another = await makeAccount(server)
    await submit((await open(`${another.presentment_url}?${query}`)).forms[0])
    expect((await paymentsOf(server, another))[0]?.metadata).toEqual({ utm_source: 'sms' })
  })

  it('are ten names at most, of small letters, each once', async () => {
    const names = Array.from({ length: 11 }, (_, index) => `p${index}`)
    expect((await track(names.slice(1))).status).toBe(200)
    for (const wrong of [
      names,
      ['Branch'],
      ['7up'],
      ['a-b'],
      [''],
      ['x'.repeat(41)],
      ['a', 'a'],
      'branch',
      [7],
      null,
    ]) {
      expect((await track(wrong)).status, JSON.stringify(wrong)).toBe(400)
    }
  })

  it('are none that a page uses itself', async () => {
    await track(['p1'])
    const customer = { external_reference: 'tracked' }
    const account = await makeAccount(server, { customer })
    await makeAccount(server, { customer: 'tracked' })
    const { presentment_url } = (await server.api('GET', '/billing/customers/tracked')).body
    const request = (await server.api('POST', '/collect/payment_requests', { amount: 5, currency: 'ZAR' })).body
    const all = await open(`${presentment_url}?p1=1`)
    const pages = [
      all,
      await follow(all, /Pay R 40,00|Pay everything/),
      await open(account.presentment_url),
      await open(request.link.url),
    ]
    const used = new Set(pages.flatMap(namesOf))
    for (const name of ['debt', 'amount', 'guard', 'seen', 'everything', 'currency', 'method']) {
      expect([...used]).toContain(name)
    }
    for (const name of [...used].filter((one) => one !== 'p1')) {
      expect((await track([name])).status, name).toBe(400)
    }
  })
})

/** The names of the fields of a page and of the parameters of its links. */
function namesOf({ html, url }: PayerPage): string[] {
  const fields = [...html.matchAll(/<(?:input|button)\b[^>]*\sname="([^"]+)"/g)].map(([, name]) => String(name))
  const links = [...html.matchAll(/href="([^"]+)"/g)].map(([, href]) => String(href).replaceAll('&amp;', '&'))
  return [...fields, ...links.flatMap((href) => [...new URL(href, url).searchParams.keys()])]
}

describe('the metadata of an attempt to pay a request', () => {
  it.each([
    [0, 10],
    [4, 6],
    [10, 0],
  ])('are its own %i keys, and of the parameters no more than %i', async (own, added) => {
    const metadata = Object.fromEntries(Array.from({ length: own }, (_, index) => [`own${index}`, 'v']))
    if (own > 0) metadata.utm_source = 'ours'
    delete metadata.own0
    const asked = { amount: 5, currency: 'ZAR', metadata }
    const query = new URLSearchParams(Array.from({ length: 12 }, (_, index): [string, string] => [`utm_${index}`, 'v']))
    for (const path of ['payment_requests', 'payment_sessions']) {
      const made = (await server.api('POST', `/collect/${path}`, asked)).body
      const url = made.link?.url ?? made.session_url
      await submit((await open(`${url}?utm_source=theirs&${query}`)).forms[0])
      const kept = await metadataOf(made)
      expect(kept).toMatchObject(metadata)
      expect(Object.keys(kept)).toHaveLength(own + added)
    }
  })
})

/** What the attempt to pay a request or session keeps. */
async function metadataOf({ id }: { id: string }): Promise<Record<string, string>> {
  const { data } = (await server.api('GET', '/billing/payments?limit=100')).body
  const found = data.find(
    (one: Record<string, string>) => one.payment_request_id === id || one.payment_session_id === id,
  )
  return found.metadata
}
