import type { FastifyReply, FastifyRequest } from '../api/fastify.ts'
import type { AppContext } from '../context.ts'
import { Problem } from '../core/problem.ts'
import { type Html, html, isolated } from '../html/html.ts'
import { askedParameter, voiceFor } from '../html/language/choose.ts'
import type { Voice } from '../html/language/voice.ts'
import { sendPage } from '../html/send.ts'
import { withCarried } from './carried.ts'
import { openLink } from './link.ts'
import type { PageSubject } from './subject.ts'

/** How else to pay, in the merchant's words, with the reference to quote; `undefined` where it says nothing of it. */
export function howToPay(
  { kind, face, external_reference }: PageSubject,
  { text }: Voice,
  heading?: Html,
): Html | undefined {
  if (!face.how_to_pay) return undefined
  return html`<div class="note">${heading}<p class="lines">${face.how_to_pay}</p>
<p>${text.owed.quoteOf[kind](isolated(external_reference))}</p></div>\n`
}

/** `GET /p/{token}/ways`: how else to pay. It is a page of its own, so that the one of what is owed stays small. */
export async function showHowToPay(
  app: AppContext,
  request: FastifyRequest,
  reply: FastifyReply,
  token: string,
): Promise<FastifyReply> {
  const subject = await openLink(app, token)
  const voice = voiceFor(request, subject)
  const text = voice.text.owed
  const ways = howToPay(subject, voice)
  if (!ways) throw new Problem('not_found', 'This merchant says of no other way to pay.')
  const { merchant_name, mode } = subject.environment
  return sendPage(reply, {
    voice,
    query: '',
    title: text.otherWaysTo(merchant_name),
    merchant: merchant_name,
    face: subject.face,
    test: mode === 'test',
    content: html`<section class="card"><h1>${text.otherWays}</h1>
${ways}<p><a class="button other" href="${withCarried(`/p/${token}`, askedParameter(voice))}">${text.backToOwed}</a></p></section>`,
  })
}
