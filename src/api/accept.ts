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

/** Which of the media types a request wants: the first of those that it weighs most, where it names any of them. */
export function preferredType<Type extends string>(accept: string | undefined, types: readonly Type[]): Type {
  const weights = acceptWeights(accept)
  const weightOf = (type: string) => weights.get(type) ?? 0
  return types.reduce((best, type) => (weightOf(type) > weightOf(best) ? type : best))
}
