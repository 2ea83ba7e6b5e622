import { goodCard, open, type PayerPage, payWith, submit } from '../payer.ts'
import type { State, Tools } from './tools.ts'

let slug = ''

/** Pages of payment requests, of who looks a bill up, of a merchant's face, and of addresses that lead nowhere. */
export function askingStates(tools: Tools): State[] {
  const { server, account, at, bill, customer } = tools
  const post = async (path: string, body: object, headers?: Record<string, string>) =>
    (await server().api('POST', path, body, headers)).body
  const ask = async (
    more: object = {},
    headers?: Record<string, string>,
  ): Promise<{ id: string; link: { url: string } }> =>
    post('/collect/payment_requests', { amount: 1000, currency: 'ZAR', ...more }, headers)
  const named = async (more: object = {}) =>
    ask({ customer: (await customer({ currency: 'ZAR', balance: 1000 })).id, ...more })
  const shown = async (request: { link: { url: string } } | Promise<{ link: { url: string } }>) =>
    open((await request).link.url)
  const live = () => ({ authorization: `Bearer ${server().liveKey}` })
  const html = (path: string) => open(server().url + path, { headers: { accept: 'text/html' } })
  const guestForm = () => open(`${server().url}/m/${slug}/test`)
  const session = async () =>
    post('/collect/payment_sessions', {
      amount: 1000,
      currency: 'ZAR',
      options: { checkout_options: { return_url: 'https://example.com/done' } },
    })
  const held = async (then?: (payment: string) => Promise<unknown>) => {
    const { id, session_url } = await post('/collect/payment_sessions', {
      amount: 1000,
      currency: 'ZAR',
      options: { payment_method_options: { card: { capture_method: 'manual' } } },
    })
    const payment = await post('/test/payments', { payment_session: id, outcome: 'succeeded' })
    await then?.(payment.id)
    return { session_url, outcome_url: `${session_url}/payments/${payment.id}` }
  }
  const capture = (payment: string) => post(`/collect/payments/${payment}/captures`, { amount: 400 })
  return [
    ['a session that is reserved', async () => open((await held()).session_url)],
    ['what is reserved', async () => open((await held()).outcome_url)],
    ['what is reserved and captured in part', async () => open((await held(capture)).outcome_url)],
    [
      'what is reserved no more',
      async () => open((await held((payment) => post(`/collect/payments/${payment}/voids`, {}))).outcome_url),
    ],
    ['a request', () => shown(ask())],
    ['a request to a customer', () => shown(named({ description: '12345', external_reference: 'INV-1' }))],
    [
      'a request that is paid',
      async () => {
        const request = await ask()
        await payWith(request.link.url, goodCard.card_number)
        return shown(request)
      },
    ],
    [
      'the receipt of a request',
      async () => payWith((await ask({ description: '12345' })).link.url, goodCard.card_number),
    ],
    ['a declined request', async () => payWith((await ask()).link.url, '4000 0000 0000 9995')],
    [
      'a request on its way',
      async () => {
        const request = await ask()
        await payWith(request.link.url, '4000 0000 0000 0077')
        return shown(request)
      },
    ],
    [
      'a request that was withdrawn',
      async () => {
        const request = await ask()
        await post(`/collect/payment_requests/${request.id}/cancel`, {})
        return shown(request)
      },
    ],
    [
      'a request that has ended',
      async () => {
        const request = await ask()
        server().clock.advance(25 * 3_600_000)
        return shown(request)
      },
    ],
    [
      'a request for more than is owed',
      async () => {
        const made = await account()
        const request = await ask({ account: made.id, amount: 2000 })
        await server().api('PATCH', `/billing/accounts/${made.id}`, { balance: 500 })
        return shown(request)
      },
    ],
    ['a request in the live environment', async () => shown(ask({ external_reference: 'INV-2' }, live()))],
    [
      'a session that is withdrawn',
      async () => {
        const { id, session_url } = await session()
        await post(`/collect/payment_sessions/${id}/cancel`, {})
        return open(session_url)
      },
    ],
    [
      'a request that was paid twice',
      async () => {
        const { url } = (await ask()).link
        const [one, other] = [await submit((await open(url)).forms[0]), await submit((await open(url)).forms[0])]
        await server().database.pool.query(
          "update simulator_charge set status = 'open' where status = 'failed' and decline_code = 'superseded'",
        )
        await submit(other.forms[0], goodCard)
        return submit(one.forms[0], goodCard)
      },
    ],
    ['the form of a guest', guestForm],
    [
      'the form of a guest who is known by an e-mail address',
      async () => {
        await server().api('PATCH', '/settings', { guest_lookup: { second_fact: 'email' } })
        const page = await guestForm()
        await server().api('PATCH', '/settings', { guest_lookup: { second_fact: 'phone_last4' } })
        return page
      },
    ],
    [
      'what a guest does not find',
      async () => submit((await guestForm()).forms[0], { reference: 'INV-9', fact: '0000' }),
    ],
    [
      'what a guest finds',
      async () => {
        const { external_reference } = await customer({ phone: '+27820001234', currency: 'ZAR', balance: 700 })
        return submit((await guestForm()).forms[0], { reference: external_reference, fact: '1234' })
      },
    ],
    ['other ways to pay', async () => at(account(), '/ways')],
    ['other ways to pay a customer', async () => at(customer(), '/ways')],
    ['other ways to pay a bill', async () => at(bill({ customer: (await customer()).id }), '/ways')],
    ['the way to others', () => at(account())],
    [
      'what cannot be paid online, and how it can',
      async () => {
        await server().api('PATCH', '/settings', { how_to_pay: '12345' }, live())
        const page = await at(tools.liveCustomer())
        await server().api('PATCH', '/settings', { how_to_pay: null }, live())
        return page
      },
    ],
    [
      'a bill with its particulars',
      async () => {
        const lines = Array.from({ length: 5 }, (_, index) => ({ label: `${index}`, amount: 1000 }))
        return at(bill({ customer: (await customer()).id, lines, document_url: 'https://example.com/1' }))
      },
    ],
    [
      'a sample',
      async () => {
        const { text } = await server().api('POST', '/settings/preview', {})
        return { url: '', status: 200, headers: new Headers(), html: text, text, forms: [] } satisfies PayerPage
      },
    ],
    ['the home page', () => html('/')],
    ['an address that leads nowhere', () => html('/nothing/that/there/is')],
  ]
}

/** What every page of these shows: a merchant that can be called, and where else to pay. */
export async function showFace({ server }: Tools): Promise<void> {
  const face = { phone: '035 907 5000', how_to_pay: '12345', guest_lookup: { second_fact: 'phone_last4' } }
  await server().api('PATCH', '/settings', face)
  slug = (await server().api('GET', '/settings')).body.merchant
}
