import { readPdf } from '../../receipts/pdf.ts'
import { follow, type PayerPage } from '../payer.ts'
import { called, type State, type Tools } from './tools.ts'

/** The statement of a payer, and its PDF. */
export function statementStates(tools: Tools): State[] {
  const { server, account, bill, customer, cash, at } = tools
  const post = async (path: string, body: object) => (await server().api('POST', path, body)).body
  /** A customer to whom everything has happened that a statement has a word for. */
  const eventful = async () => {
    const owner = await customer()
    const opening = { balance: 40_000, effective_at: '2026-10-02T00:00:00Z' }
    const home = await account({ customer: owner.id, balance: undefined, opening, name: called.accounts[0] })
    const adjust = (kind: string, amount: number) =>
      post(`/billing/accounts/${home.id}/adjustments`, { kind, amount, reason: 'needed' })
    await adjust('fee', 700)
    for (const kind of ['credit_note', 'discount', 'write_off', 'adjustment']) await adjust(kind, -100)
    const spare = await account({ customer: owner.id, balance: -50, name: called.accounts[1] })
    await post(`/billing/customers/${owner.id}/credit_applications`, {
      from: { account: spare.id },
      to: { account: home.id },
    })
    const { id } = (await cash({ account: home.id }, 900)).body
    await post(`/billing/payments/${id}/reversals`, { amount: 100, reason: 'returned' })
    await post(`/billing/payments/${id}/refunds`, { amount: 100, channel: 'cash', reference: id, reason: 'returned' })
    const neighbour = await customer()
    const to = { customer: neighbour.id }
    await post(`/billing/payments/${id}/transfers`, { to, amount: 100, reason: 'misposted' })
    const failed = await post('/test/payments', {
      account: home.id,
      amount: 500,
      outcome: 'succeeded',
      refunds: 'refused',
    })
    await post(`/collect/payments/${failed.id}/refunds`, { amount: 100, reason: 'returned' })
    const old = await bill({ customer: owner.id, amount_due: 1_000, due_date: '2026-10-20' })
    const wrong = await bill({ customer: owner.id, amount_due: 2_000 })
    await post(`/billing/bills/${wrong.id}/void`, {})
    const paid = await bill({ customer: owner.id, amount_due: 300 })
    await cash({ bill: paid.id }, 800)
    await bill({ customer: owner.id, amount_due: 300, currency: 'USD' })
    return { owner, old }
  }
  const pdfOf = async (page: PayerPage): Promise<PayerPage> => {
    const [, path = ''] = /href="([^"]+statement\.pdf[^"]+)"/.exec(page.html) ?? []
    const response = await fetch(server().url + path.replaceAll('&amp;', '&'))
    const { text } = readPdf(Buffer.from(await response.arrayBuffer()))
    // An accented m is set as an m and its accent, which are read as one; and a name may be broken over two lines.
    const whole = called.accounts.reduce((read, name) => read.replaceAll(name.replace(' ', ' \n'), name), text)
    return { ...page, html: whole.replaceAll('ḿ', 'm') }
  }
  const all = '/statement?from=2026-10-01&to=2027-12-31'
  return [
    ['a statement', async () => follow(await at((await eventful()).owner), /^\[Şŧȧŧḗḿḗƞŧ\]$/)],
    ['a statement with all that there is', async () => at((await eventful()).owner, all)],
    [
      'a later page of a statement',
      async () => {
        const owner = await account({ balance: 9_000 })
        for (let count = 0; count < 25; count++) await cash({ account: owner.id }, 100)
        return at(owner, `${all}&page=2`)
      },
    ],
    ['a statement in credit', async () => at(account({ balance: -500 }), all)],
    ['a statement of nothing', async () => at(customer(), '/statement')],
    ['a statement of days that are none', async () => at(account(), '/statement?from=2026-02-01&to=2026-01-01')],
    ['a statement that cannot be a PDF', async () => at(account({ name: 'ماء المنزل' }), all)],
    ['the PDF of a statement', async () => pdfOf(await at((await eventful()).owner, all))],
  ]
}
