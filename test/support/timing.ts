import { seededRandom } from './seeded-random.ts'

/**
 * How far apart the times of two things are, as the t of Welch's test: the difference of their means by what the times scatter. They
 * are done in turns, in a random order, and the slowest tenth is left out: a pause of the machine says nothing of either. Beyond 4.5,
 * says the method that most implementations of ciphers are tried by (dudect), they differ: chance alone is as far in 7 of a million.
 */
export async function timesApart(
  { samples, seed }: { samples: number; seed: number },
  one: () => unknown,
  other: () => unknown,
): Promise<number> {
  const random = seededRandom(seed)
  const times: [number[], number[]] = [[], []]
  for (let sample = 0; sample < samples * 2; sample++) {
    const which = random() < 0.5 ? 0 : 1
    const begun = process.hrtime.bigint()
    await (which === 0 ? one : other)()
    times[which].push(Number(process.hrtime.bigint() - begun))
  }
  const slow = times.flat().toSorted((left, right) => left - right)[Math.floor(samples * 2 * 0.9)] as number
  return welch(...(times.map((list) => list.filter((time) => time < slow)) as [number[], number[]]))
}

function welch(left: number[], right: number[]): number {
  const [of, to] = [moments(left), moments(right)]
  return (of.mean - to.mean) / Math.sqrt(of.variance / left.length + to.variance / right.length)
}

function moments(values: number[]): { mean: number; variance: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1)
  return { mean, variance }
}
