/** The weights that an `Accept` header gives to media types, by their names. Source: RFC 9110, section 12.5.1. */
export function acceptWeights(accept: string | undefined): Map<string, number> {
  return new Map(
    (accept ?? '').split(',').map((range) => {
      const [name = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase())
      const weight = parameters.find((parameter) => parameter.startsWith('q='))?.slice('q='.length)
      return [name, weight === undefined ? 1 : Number.parseFloat(weight)]
    }),
  )
}
