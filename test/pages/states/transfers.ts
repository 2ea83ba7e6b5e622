import { open, type PayerPage, submit } from '../payer.ts'
import type { State, Tools } from './tools.ts'

const iban = {
  holder: '123',
  bank_name: '456',
  iban: 'GB33 BUKB 2020 1555 5555 55',
  bic: 'BUKBGB22',
  instructions: '7',
}
const number = { holder: '123', bank_name: '456', account_number: '62 0000', branch_code: '250655' }

/** Pages of bank transfers. It is switched on for each of them only: what others show says nothing of it. */
export function transferStates({ server, account, at }: Tools): State[] {
  const set = (body: object) => server().api('PATCH', '/settings/processors/bank_transfer', body)
  const offering = (bank_account: object, show: () => Promise<PayerPage>) => async () => {
    await set({ enabled: true, bank_account })
    try {
      return await show()
    } finally {
      await set({ enabled: false })
    }
  }
  const owing = (show: (url: string) => Promise<PayerPage>, bank_account: object = number) =>
    offering(bank_account, async () => show((await account()).presentment_url))
  const listOf = async (url: string) => submit((await open(url)).forms[0])
  const shown = async (url: string) => submit((await listOf(url)).forms[0], { processor: 'bank_transfer' })
  const announced = async (url: string) => submit((await shown(url)).forms[0])
  const asked = async () => {
    const { body } = await server().api('POST', '/collect/payment_requests', { amount: 1000, currency: 'ZAR' })
    return body.link.url as string
  }
  const lineOf = ({ text }: PayerPage) => {
    const reference = /PX\w\w \w{4} \w{4}/.exec(text)?.[0]
    return server().api('POST', '/billing/payments', { amount: 2000, currency: 'ZAR', channel: 'bank', reference })
  }
  return [
    ['what is owed where a transfer is offered', owing(open)],
    [
      'a review where a transfer is offered',
      owing(async (url) => at({ presentment_url: url }, '/review?everything=ZAR')),
    ],
    ['ways to pay, bank transfer among them', owing(listOf)],
    ['a transfer to an IBAN', owing(shown, iban)],
    ['a transfer to a number of an account', owing(shown)],
    ['a transfer that was announced', owing(announced)],
    [
      'a transfer that has arrived',
      owing(async (url) => {
        const page = await shown(url)
        await lineOf(page)
        return open(page.url)
      }),
    ],
    [
      'a transfer that has expired',
      owing(async (url) => {
        const page = await shown(url)
        server().clock.advance(31 * 86_400_000)
        return open(page.url)
      }),
    ],
    ['a transfer that is not offered any more', async () => open((await owing(shown)()).url)],
    [
      'what is owed after a transfer was announced',
      owing(async (url) => {
        await announced(url)
        return open(url)
      }),
    ],
    [
      'a request after a transfer was announced',
      offering(number, async () => {
        const url = await asked()
        await announced(url)
        return open(url)
      }),
    ],
    ['a transfer for a request', offering(number, async () => shown(await asked()))],
  ]
}
