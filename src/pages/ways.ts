import type { FastifyReply } from '../api/fastify.ts'
import type { Face } from '../html/face.ts'
import { hiddenFields } from '../html/field.ts'
import { html, isolated } from '../html/html.ts'
import type { Voice } from '../html/language/voice.ts'
import { headlineMoney } from '../html/money.ts'
import { sendPage } from '../html/send.ts'
import { processorTitle } from '../payments/processor/kinds.ts'
import type { Processor } from '../payments/processor/processor.ts'
import { offeredFor, pageOriginsOf } from '../payments/processor/registry.ts'

/** Several processors take an amount: the payer chooses one. */
type Ways = { choices: Processor[] }

/** The processor that takes an amount: the only one, or that of the form. `'none'` when it is beyond what any of them takes. */
export function chooseWay(
  processors: readonly Processor[],
  { amount, currency }: { amount: bigint; currency: string },
  form: URLSearchParams,
): Processor | Ways | 'none' {
  const choices = offeredFor(processors, amount, currency)
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

/** Sends the list of the processors that take an amount: nothing is begun until one is chosen. */
export function sendWays(
  reply: FastifyReply,
  { voice, subject, path, fields, amount, currency, way: { choices } }: WaysView,
): FastifyReply {
  const { merchant_name, mode } = subject.environment
  const { owed, paying, shell } = voice.text
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
  ({
    name,
  }) => html`<p><button type="submit" name="processor" value="${name}">${isolated(processorTitle(name))}</button></p>
`,
)}</form>
</section>`,
    footer: shell.cardElsewhere(isolated(merchant_name)),
  }
  return sendPage(reply, page, { formOrigins: pageOriginsOf(choices) })
}
