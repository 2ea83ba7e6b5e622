import { acceptWeights } from '../api/accept.ts'

/** Whether an `Accept` header asks for Markdown: by its name, and no less than for HTML. Browsers do not name it. */
export function prefersMarkdown(accept: string | undefined): boolean {
  const weights = acceptWeights(accept)
  const markdown = weights.get('text/markdown') ?? 0
  return markdown > 0 && markdown >= (weights.get('text/html') ?? 0)
}
