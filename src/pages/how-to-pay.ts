import type { FastifyReply } from '../api/fastify.ts'
import type { AppContext } from '../context.ts'
import { Problem } from '../core/problem.ts'
import { type Html, html } from '../html/html.ts'
import { sendPage } from '../html/send.ts'
import { openLink } from './link.ts'
import type { PageSubject } from './subject.ts'

/** What a payer calls the reference of each kind of object. */
export const numberNames = { customer: 'Customer number', account: 'Account number', bill: 'Bill number' } as const

/** How else to pay, in the merchant's words, with the reference to quote; `undefined` where it says nothing of it. */
export function howToPay({ kind, face, external_reference }: PageSubject, heading?: Html): Html | undefined {
  if (!face.how_to_pay) return undefined
  return html`<div class="note">${heading}<p class="lines">${face.how_to_pay}</p>
<p>Reference to quote: <strong>${external_reference}</strong> (your ${numberNames[kind].toLowerCase()})</p></div>\n`
}

/** `GET /p/{token}/ways`: how else to pay. It is a page of its own, so that the one of what is owed stays small. */
export async function showHowToPay(app: AppContext, reply: FastifyReply, token: string): Promise<FastifyReply> {
  const subject = await openLink(app, token)
  const ways = howToPay(subject)
  if (!ways) throw new Problem('not_found', 'This merchant says of no other way to pay.')
  const { merchant_name, mode } = subject.environment
  return sendPage(reply, {
    title: `Other ways to pay ${merchant_name}`,
    merchant: merchant_name,
    face: subject.face,
    test: mode === 'test',
    content: html`<section class="card"><h1>Other ways to pay</h1>
${ways}<p><a class="button other" href="/p/${token}">Back to what is owed</a></p></section>`,
  })
}
