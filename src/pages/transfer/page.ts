import { dateIn } from '../../core/clock.ts'
import { shownTransferCode } from '../../core/transfer-code.ts'
import { type Html, html, isolated } from '../../html/html.ts'
import type { Voice } from '../../html/language/voice.ts'
import type { Page } from '../../html/layout.ts'
import { headlineMoney } from '../../html/money.ts'
import type { NoticeRow } from '../../ledger/notices/notice.ts'
import type { BankAccount } from '../../payments/processor/bank-transfer/account.ts'
import { shownIban } from '../../payments/processor/bank-transfer/iban.ts'
import { formatDate } from '../dates.ts'
import { factList } from '../fact-list.ts'
import type { OutcomeSubject } from '../outcome-view.ts'

/** What the page of a bank transfer is made of. */
export type TransferView = {
  subject: Pick<OutcomeSubject, 'environment' | 'face'>
  voice: Voice
  notice: NoticeRow
  /** As it is now. */
  status: NoticeRow['status']
  /** Where to transfer to; undefined when the merchant does not offer it any more. */
  account: BankAccount | undefined
  /** Where its form is sent, with what is carried. */
  action: string
  /** Back to what is owed or asked for; undefined when that has no page any more. */
  back: string | undefined
  /** The path of the receipt of the payment that settled it. */
  receipt: string | undefined
}

/** The page of a bank transfer: where to, with which reference, and what has become of it. */
export function transferPage(view: TransferView): Page {
  const { subject, voice } = view
  const { merchant_name, mode } = subject.environment
  return {
    voice,
    query: '',
    title: `${titleOf(view)} – ${merchant_name}`,
    merchant: merchant_name,
    face: subject.face,
    test: mode === 'test',
    content: html`<section class="card" data-transfer="${view.status}">
${contentOf(view)}${back(view)}</section>`,
  }
}

function titleOf({ status, voice }: TransferView): string {
  const text = voice.text.transfer
  switch (status) {
    case 'announced':
      return text.announced.status
    case 'settled':
      return text.settled.status
    case 'expired':
      return text.expired.heading
    case 'shown':
      return text.way
  }
}

function contentOf(view: TransferView): Html {
  const { subject, voice, notice, status, account, receipt } = view
  const text = voice.text.transfer
  const merchant = isolated(subject.environment.merchant_name)
  const amount = headlineMoney(notice.amount, notice.currency, voice)
  if (status === 'settled') {
    return html`<p class="status good" role="status">✓ ${text.settled.status}</p>
<h1><small>${text.settled.heading}</small> ${amount}</h1>
${receipt && html`<p><a class="button other" href="${receipt}">${voice.text.asking.seeReceipt}</a></p>\n`}`
  }
  if (status === 'expired') {
    return html`<h1>${text.expired.heading}</h1>
<p>${text.expired.detail(dateOf(notice.expires_at, view))}</p>\n`
  }
  if (account === undefined) {
    return html`<h1>${text.gone.heading}</h1>
<p>${text.gone.detail(merchant)}</p>\n`
  }
  if (status === 'announced') {
    return html`<p class="status" role="status">${text.announced.status}</p>
<h1><small>${text.announced.heading}</small> ${amount}</h1>
<p>${text.announced.detail(merchant, dateOf(notice.announced_at ?? notice.updated_at, view))}</p>
${details(view, account)}`
  }
  return html`<h1><small>${text.heading(merchant)}</small> ${amount}</h1>
<p>${text.how(merchant)}</p>
${details(view, account)}<form method="post" action="${view.action}">
<p>${text.once(merchant)}</p>
<button type="submit">${text.sent}</button>
</form>
`
}

/** What is typed at the bank: each value by itself, so that one touch selects it. */
function details({ voice, notice }: TransferView, account: BankAccount): Html {
  const text = voice.text.transfer
  const copied = (value: string | undefined) => value && html`<bdi class="copied">${value}</bdi>`
  const reference = html`<strong>${copied(shownTransferCode(notice.code))}</strong>`
  return html`${factList([
    [text.facts.holder, copied(account.holder)],
    [text.facts.bank, copied(account.bank_name)],
    ['IBAN', copied(account.iban && shownIban(account.iban))],
    [text.facts.number, copied(account.account_number)],
    ['BIC', copied(account.bic)],
    [text.facts.branch, copied(account.branch_code)],
    [text.facts.reference, reference],
  ])}${account.instructions && html`<p class="note lines">${account.instructions}</p>\n`}`
}

function dateOf(at: Date, { subject, voice }: TransferView): string {
  return formatDate(dateIn(subject.environment.time_zone, at), voice)
}

function back({ voice, back: path }: TransferView): Html | undefined {
  return path === undefined
    ? undefined
    : html`<p><a class="button other" href="${path}">${voice.text.transfer.back}</a></p>`
}
