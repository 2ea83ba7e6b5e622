// Any number does. It is the same in every run, so that a run that fails is about the change and can be repeated as it is.
const usual = '20261127'

/**
 * The seed of a random test: what its variable says, else that of the whole run. SUITE_SEED gives the run another, and `new` draws one
 * for each test, which is how long forms find what no run has met before. Tests have it in their names.
 */
export function seedOf(variable: string): number {
  const seed = process.env[variable] ?? process.env.SUITE_SEED ?? usual
  return seed === 'new' ? Math.floor(Math.random() * 2 ** 31) : Number(seed)
}
