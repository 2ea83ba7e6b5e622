import { sendReceipts } from '../../../src/pages/receipts/send-messages.ts'
import { lookIntoCallbacks } from '../../../src/payments/callbacks/look-into.ts'
import { readPdf } from '../../receipts/pdf.ts'
import { goodCard, open, type PayerPage, payWith, submit } from '../payer.ts'
import type { State, Tools } from './tools.ts'

/** The receipts at addresses of their own: their pages, a PDF and a message. */
export function receiptStates(tools: Tools): State[] {
  const { server, account, bill, customer, cash, paying, paidReview } = tools
  const post = async (path: string, body: object) => (await server().api('POST', path, body)).body
  const saved = async (outcome: PayerPage | Promise<PayerPage>) =>
    open(server().url + (/href="(\/receipts\/[^"]+)"/.exec((await outcome).html)?.[1] ?? ''))
  const paid = () => saved(paying(goodCard.card_number))
  const recorded = async (to: object, amount: number) => {
    const { id } = (await cash(to, amount)).body
    const show = async () => open((await server().api('GET', `/billing/payments/${id}`)).body.receipt_url)
    return { id, show }
  }
  /** A receipt with the form by which it is sent, on a server that sends nothing itself. */
  const withForm = async (addresses: readonly string[]) => {
    await server().api('PATCH', '/settings', { receipt_requests: true })
    let page = await paid()
    const [form] = page.forms
    for (const email of addresses) page = await submit(form, { email })
    await server().api('PATCH', '/settings', { receipt_requests: false })
    return page
  }
  /** What is sent, as a page: its subject, its text and its HTML. */
  const sent = async (): Promise<{ page: PayerPage; message: PayerPage }> => {
    const { app } = server()
    let message = ''
    app.mailer = {
      domain: 'pay.example',
      send: async (mail) => {
        message = `${mail.subject}\n${mail.text.replaceAll(/http\S+/g, '')}\n${mail.html.replaceAll(/http[^<"]+/g, '')}`
        return 'sent'
      },
    }
    const page = await submit((await paid()).forms[0], { email: 'a@home.example' })
    await sendReceipts(app)
    app.mailer = undefined
    return { page, message: { ...page, html: message } }
  }
  /** The receipt of a payment through the processor that was refunded, which the processor did or refused. */
  const refunded = async (refunds: string) => {
    const { id: owner } = await account()
    const { id } = await post('/test/payments', { account: owner, amount: 500, outcome: 'succeeded', refunds })
    await post(`/collect/payments/${id}/refunds`, { amount: 100, reason: 'returned' })
    return open((await server().api('GET', `/billing/payments/${id}`)).body.receipt_url)
  }
  /** The simulator's clock goes on for its disputes, and they are looked into. */
  const later = async (seconds: number) => {
    const { app, database } = server()
    const earlier = `interval '${seconds} seconds'`
    await database.owner.query(
      `update simulator_charge set settles_at = (settles_at at time zone 'UTC' - ${earlier}) at time zone 'UTC' where later is not null`,
    )
    await database.owner.query('update processor_callback set next_try_at = received_at')
    await lookIntoCallbacks(app)
  }
  /** The page of a payment whose money the bank took back; what becomes of that follows from the card. */
  const takenBack = async (card: string) => {
    const page = await paying(card)
    await later(3)
    return page
  }
  return [
    ['a receipt', paid],
    ['the page of a payment that the bank took back', async () => open((await takenBack('4000000000000259')).url)],
    [
      'a receipt of what the bank took back, and brought again',
      async () => {
        const page = await takenBack('4000000000002685')
        await later(10)
        return saved(open(page.url))
      },
    ],
    ['a receipt of what was sent back since', () => refunded('succeeded')],
    ['a receipt of what was to be sent back and came back', () => refunded('refused')],
    [
      'the page of a payment that was sent back',
      async () => {
        const page = await paying(goodCard.card_number)
        const id = /pay_\w+/.exec(page.url)?.[0]
        await post(`/collect/payments/${id}/refunds`, { amount: 100, reason: 'returned' })
        return open(page.url)
      },
    ],
    ['a receipt for several debts', () => saved(paidReview(({ late, garden }) => `debt=${late.id}&debt=${garden.id}`))],
    ['a receipt for a part', async () => saved(payWith((await account()).presentment_url, goodCard.card_number, '5'))],
    [
      'a receipt in advance',
      async () => {
        const { presentment_url } = await account({ payment_rules: { overpayment_allowed: true } })
        return saved(payWith(presentment_url, goodCard.card_number, '50'))
      },
    ],
    [
      'a receipt of what was asked for',
      async () => {
        const asked = { amount: 1000, currency: 'ZAR', description: '12345', external_reference: 'INV-7' }
        const { link } = await post('/collect/payment_requests', asked)
        return saved(payWith(link.url, goodCard.card_number))
      },
    ],
    [
      'a receipt of what was not needed',
      () =>
        saved(
          paidReview(
            ({ late }) => `debt=${late.id}`,
            ({ late }) => cash({ bill: late.id }, 79_900),
          ),
        ),
    ],
    [
      'a receipt of what was not needed in part',
      () =>
        saved(
          paidReview(
            ({ late }) => `debt=${late.id}`,
            ({ late }) => cash({ bill: late.id }, 900),
          ),
        ),
    ],
    [
      'a receipt, and what has become of it since',
      async () => {
        const owner = await customer()
        const first = await bill({ customer: owner.id, amount_due: 1_000 })
        const { id, show } = await recorded({ bill: first.id }, 3_000)
        const other = await bill({ customer: owner.id, amount_due: 1_500 })
        await post('/billing/obligations', { payment: id, bill: other.id, amount: 1_500 })
        const [own] = (await server().api('GET', `/billing/obligations?bill=${first.id}`)).body.data
        await post(`/billing/obligations/${own.id}/reversals`, { amount: 400, reason: 'mistake' })
        await post(`/billing/payments/${id}/transfers`, {
          to: { customer: (await customer()).id },
          amount: 100,
          reason: 'mistake',
        })
        await post(`/billing/payments/${id}/reversals`, { amount: 700, reason: 'given back' })
        return show()
      },
    ],
    [
      'a receipt without names',
      async () => {
        const owner = await customer()
        const home = await account({ customer: owner.id, balance: 2_000 })
        const water = await bill({ customer: owner.id, amount_due: 1_000 })
        const of = [await recorded({ account: home.id }, 2_000), await recorded({ bill: water.id }, 1_000)]
        for (const { show } of of) await show()
        await post(`/billing/customers/${owner.id}/pseudonymise`, {})
        const [one, other] = await Promise.all(of.map(({ show }) => show()))
        return { ...(one as PayerPage), html: `${one?.html}${other?.html}` }
      },
    ],
    [
      'a receipt that cannot be a PDF',
      async () => saved(payWith((await account({ name: 'ماء المنزل' })).presentment_url, goodCard.card_number)),
    ],
    ['a receipt with its form', () => withForm([])],
    ['a receipt that its merchant sends', () => withForm(['a@home.example'])],
    ['a receipt for an address that is none', () => withForm(['home'])],
    [
      'a receipt for too many addresses',
      () => withForm(['a', 'b', 'c', 'd', 'e', 'f'].map((one) => `${one}@home.example`)),
    ],
    ['a receipt that is sent', async () => (await sent()).page],
    ['the message of a receipt', async () => (await sent()).message],
    [
      'the PDF of a receipt',
      async () => {
        const page = await saved(
          paidReview(
            ({ late }) => `debt=${late.id}`,
            ({ late }) => cash({ bill: late.id }, 900),
          ),
        )
        const response = await fetch(`${page.url}.pdf`)
        const { text } = readPdf(Buffer.from(await response.arrayBuffer()))
        // An accented m is set as an m and its accent, which are read as one.
        return { ...page, html: text.replaceAll(/http[\S\n]+/g, '').replaceAll('ḿ', 'm') }
      },
    ],
  ]
}
