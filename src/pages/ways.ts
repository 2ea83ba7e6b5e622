import type { FastifyReply } from '../api/fastify.ts'
import type { Face } from '../html/face.ts'
import { hiddenFields } from '../html/field.ts'
import { type Html, html, isolated } from '../html/html.ts'
import type { Voice } from '../html/language/voice.ts'
import { headlineMoney } from '../html/money.ts'
import { sendPage } from '../html/send.ts'
import { isBankTransfer, type Way } from '../payments/processor/bank-transfer/bank-transfer.ts'
import { processorTitle } from '../payments/processor/kinds.ts'
import { offeredFor, pageOriginsOf } from '../payments/processor/registry.ts'

/** There are several ways to pay an amount: the payer chooses one. */
type Ways = { choices: Way[] }

/** The way to pay an amount: the only one, or that of the form. `'none'` when it is beyond what any of them takes. */
export function chooseWay(
  ways: readonly Way[],
  { amount, currency }: { amount: bigint; currency: string },
  form: URLSearchParams,
): Way | Ways | 'none' {
  const choices = offeredFor(ways, amount, currency)
  const [only, ...others] = choices
  if (!only) return 'none'
  return choices.find(({ name }) => name === form.get('processor')) ?? (others.length === 0 ? only : { choices })
}

const kept = ['payment', 'issued', 'choice', 'seen', 'guard', 'amount']

/** The fields of a pay form that was sent, to be sent again with the way that is chosen. */
export function sentFields(form: URLSearchParams): [string, string][] {
  return kept.flatMap((name) => {
    const value = form.get(name)
    return value === null ? [] : [[name, value] as [string, string]]
  })
}

type WaysView = {
  voice: Voice
  subject: { environment: { merchant_name: string; mode: 'test' | 'live' }; face: Face }
  path: string
  fields: [string, string][]
  amount: bigint
  currency: string
  way: Ways
}

/** Whether a form says that its payer has chosen to pay by bank transfer. */
export function asksTransfer(form: URLSearchParams): boolean {
  return form.get('processor') === 'bank_transfer'
}

/** What a form that leads on to paying says: that it leads to a card, unless a transfer is offered as well. */
export function onward(ways: readonly Way[], { text }: Voice): string {
  return ways.some(isBankTransfer) ? text.transfer.toPay : text.owed.toCard
}

/** What stands below a form that leads on to paying, where it may lead to a card. */
export function cardNote(ways: readonly Way[], merchant: string, { text }: Voice): Html | undefined {
  return ways.every(isBankTransfer) ? undefined : text.shell.cardElsewhere(isolated(merchant))
}

/** Sends the list of the ways to pay an amount: nothing is begun until one is chosen. */
export function sendWays(
  reply: FastifyReply,
  { voice, subject, path, fields, amount, currency, way: { choices } }: WaysView,
): FastifyReply {
  const { merchant_name, mode } = subject.environment
  const { owed, paying } = voice.text
  const page = {
    voice,
    query: undefined,
    title: `${owed.howToPay} – ${merchant_name}`,
    merchant: merchant_name,
    face: subject.face,
    test: mode === 'test',
    content: html`<section class="card">
<h1><small>${paying.review.aboutToPay}</small> ${headlineMoney(amount, currency, voice)}</h1>
<form method="post" action="${path}" data-payment-step>
<h2>${owed.howToPay}</h2>
${hiddenFields(fields)}${choices.map(
  (choice) => html`<p><button type="submit" name="processor" value="${choice.name}">${
    isBankTransfer(choice) ? voice.text.transfer.way : isolated(processorTitle(choice.name))
  }</button></p>
`,
)}</form>
</section>`,
    footer: cardNote(choices, merchant_name, voice),
  }
  return sendPage(reply, page, { formOrigins: pageOriginsOf(choices) })
}
