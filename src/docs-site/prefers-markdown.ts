/**
 * Whether an `Accept` header asks for Markdown: by its name, and no less than for HTML. Browsers do not name it. Source of the
 * weights: RFC 9110, section 12.5.1.
 */
export function prefersMarkdown(accept: string | undefined): boolean {
  const weights = new Map(
    (accept ?? '').split(',').map((range) => {
      const [name = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase())
      const weight = parameters.find((parameter) => parameter.startsWith('q='))?.slice('q='.length)
      return [name, weight === undefined ? 1 : Number.parseFloat(weight)]
    }),
  )
  const markdown = weights.get('text/markdown') ?? 0
  return markdown > 0 && markdown >= (weights.get('text/html') ?? 0)
}
