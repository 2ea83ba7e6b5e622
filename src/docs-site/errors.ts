import { type ProblemCode, problems } from '../core/problem-codes.ts'
import { html } from '../html/html.ts'
import type { DocsPage } from './layout.ts'

const codes = Object.keys(problems) as ProblemCode[]

/** The path of the page of a code, which the `type` of its problems names. */
export function errorPath(code: string): string {
  return `/docs/errors/${code.replaceAll('_', '-')}`
}

/** The pages of the error codes, by their path below `/docs/`: an index, and one page per code of the registry. */
export function errorPages(): Map<string, () => DocsPage> {
  return new Map([
    ['errors', indexPage],
    ...codes.map((code): [string, () => DocsPage] => [errorPath(code).slice('/docs/'.length), () => codePage(code)]),
  ])
}

function indexPage(): DocsPage {
  const rows = codes.map(
    (code) =>
      html`<tr><td>${problems[code].status}</td><td><a href="${errorPath(code)}">${code}</a></td><td>${problems[code].title}</td></tr>`,
  )
  return {
    title: 'Errors',
    content: html`<h1>Errors</h1>
<p>Every refusal is an RFC 9457 problem. Branch on <code>code</code>: it keeps its meaning. How to handle them: <a href="/docs/guides/errors">the guide</a>.</p>
<div class="scroll" tabindex="0"><table><thead><tr><th scope="col">Status</th><th scope="col">Code</th><th scope="col">What it says</th></tr></thead><tbody>${rows}</tbody></table></div>`,
  }
}

function codePage(code: ProblemCode): DocsPage {
  const { status, title, help } = problems[code]
  return {
    title,
    content: html`<h1>${title}</h1>
<p>Code <code>${code}</code>, HTTP status ${status}.</p>
<h2>What to do</h2>
<p>${help}</p>
<p>${retryText(status)}</p>
<p><a href="/docs/errors">All codes</a> · <a href="/docs/guides/errors">How to handle errors</a></p>`,
  }
}

function retryText(status: number): string {
  if ([408, 500, 503].includes(status))
    return 'The same request may be sent again: wait first, and use the same Idempotency-Key.'
  if (status === 409)
    return 'This request changed nothing. It conflicted with the current state, so it may succeed later.'
  return 'This request changed nothing, and it will be refused again if it is sent unchanged.'
}
