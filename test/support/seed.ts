// Any number does. It is the same in every run, so that a run that fails is about the change and can be repeated as it is.
const ofTheSuite = 20_261_127

/**
 * The seed of a random test: what its variable says, else the suite's own. NEW_SEEDS=1 draws one for each test, which is how long
 * forms find what no run has met before. Tests have it in their names.
 */
export function seedOf(variable: string): number {
  const given = process.env[variable]
  if (given !== undefined) return Number(given)
  return process.env.NEW_SEEDS === '1' ? Math.floor(Math.random() * 2 ** 31) : ofTheSuite
}
