import { follow, goodCard, open, type PayerPage, payWith, submit } from '../payer.ts'
import type { State, Tools } from './tools.ts'

/** Pages of payments so far, of other ways to pay than a card, and the day on which a bill is due. */
export function historyStates(tools: Tools): State[] {
  const { server, account, bill, customer } = tools
  const post = async (path: string, body: object) => (await server().api('POST', path, body)).body
  const soFar = (url: string) => open(`${url}/payments`)
  const record = async (to: object, amount: number) =>
    post('/billing/payments', {
      ...to,
      amount,
      currency: 'ZAR',
      channel: 'cash',
      reference: Math.random().toString(36).slice(2),
    })
  const chargeOf = async () => submit((await open((await account()).presentment_url)).forms[0])
  const atBank = async (decision: string): Promise<PayerPage> => {
    const charge = await chargeOf()
    const bank = await open(`${charge.url}?method=instant_eft&delay_s=3&bank=${decision === 'no' ? 'second' : 'first'}`)
    return submit(bank.forms[0], { decision: decision === 'refuse' ? 'refuse' : 'approve' })
  }
  return [
    ['no payments so far', async () => soFar((await account()).presentment_url)],
    [
      'payments so far, taken back in part and whole',
      async () => {
        const owner = await account({ balance: 9_000 })
        await payWith(owner.presentment_url, goodCard.card_number, '10')
        const [part, whole] = [await record({ account: owner.id }, 500), await record({ account: owner.id }, 600)]
        await post(`/billing/payments/${part.id}/reversals`, { amount: 100, reason: 'returned' })
        await post(`/billing/payments/${whole.id}/reversals`, { reason: 'returned' })
        return soFar(owner.presentment_url)
      },
    ],
    [
      'payments so far, sent back in part and whole',
      async () => {
        const owner = await account({ balance: 9_000 })
        const refund = async (amount: number) => {
          const { id } = await record({ account: owner.id }, 500)
          await post(`/billing/payments/${id}/refunds`, { amount, channel: 'cash', reference: id, reason: 'returned' })
        }
        await refund(100)
        await refund(500)
        return soFar(owner.presentment_url)
      },
    ],
    [
      'the last fifty payments',
      async () => {
        const owner = await account({ balance: 9_000 })
        for (let count = 0; count < 50; count++) await record({ account: owner.id }, 100)
        return soFar(owner.presentment_url)
      },
    ],
    ['a receipt of an instant EFT', () => atBank('approve')],
    ['an EFT that the bank refused', () => atBank('no')],
    ['an EFT that its payer refused', () => atBank('refuse')],
    [
      'a receipt of a paycode',
      async () => {
        const page = await follow(await chargeOf(), /Paycode/)
        const shown = await submit(page.forms[0], { paycode: 'get' })
        return submit(shown.forms[0], { paycode: 'pay' })
      },
    ],
    [
      'a day for the calendar',
      async () => {
        const { id } = await customer()
        const due = await bill({ customer: id, amount_due: 1_000, due_date: '2199-01-01' })
        const calendar = await open(`${due.presentment_url}/due.ics`)
        return { ...calendar, html: `[${/SUMMARY:(.*)/.exec(calendar.html)?.[1]}` }
      },
    ],
  ]
}
