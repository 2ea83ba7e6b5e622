import { type ProblemCode, problems } from '../core/problem-codes.ts'
import { type DocsPage, errorPath, markdownAddress, partsOf, prose, tableOf } from './page.ts'

const codes = Object.keys(problems) as ProblemCode[]

/** The pages of the error codes: an index, and one page per code of the registry. */
export function errorPages(): DocsPage[] {
  return [indexPage(), ...codes.map(codePage)]
}

function indexPage(): DocsPage {
  const rows = codes.map((code) => [
    String(problems[code].status),
    `[${code}](${markdownAddress(errorPath(code))})`,
    prose(problems[code].title),
  ])
  return {
    path: 'errors',
    title: 'Errors',
    summary: 'every code, with its status',
    markdown: partsOf(
      '# Errors',
      'Every refusal is an RFC 9457 problem. Branch on `code`: it keeps its meaning. How to handle them: [the guide](/docs/guides/errors.md).',
      tableOf(['Status', 'Code', 'What it says'], rows),
    ),
  }
}

function codePage(code: ProblemCode): DocsPage {
  const { status, title, help } = problems[code]
  return {
    path: errorPath(code),
    title,
    summary: `${status} ${code}`,
    markdown: partsOf(
      `# ${prose(title)}`,
      `Code \`${code}\`, HTTP status ${status}.`,
      '## What to do',
      prose(help),
      retryText(status),
      '[All codes](/docs/errors.md) · [How to handle errors](/docs/guides/errors.md)',
    ),
  }
}

function retryText(status: number): string {
  if (status >= 500) return 'The same request may be sent again: wait first, and use the same Idempotency-Key.'
  if (status === 409)
    return 'This request changed nothing. It conflicted with the current state, so it may succeed later.'
  return 'This request changed nothing, and it will be refused again if it is sent unchanged.'
}
