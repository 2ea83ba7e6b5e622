import { expect, test } from 'vitest'
import { sameSecret } from '../../src/core/secret.ts'
import { seedOf } from '../support/seed.ts'
import { timesApart } from '../support/timing.ts'

const seed = seedOf('SEED')
const secret = 'sk_live_0123456789abcdef0123456789abcdef0123456789abcdef'

/** Secrets that are wrong in the first or in the last place, made anew each time as what is sent is. */
const wrongFirst = () => `x${secret.slice(1)}`.split('').join('')
const wrongLast = () => `${secret.slice(0, -1)}x`.split('').join('')

const often = (compare: (sent: string) => boolean, make: () => string) => () => {
  const sent = make()
  for (let count = 0; count < 20; count++) compare(sent)
}
const apart = (compare: (sent: string) => boolean, samples: number) =>
  timesApart({ samples, seed }, often(compare, wrongFirst), often(compare, wrongLast))

/** What ends at the first difference, so that the time tells how much of a guess is right. */
function endsEarly(sent: string): boolean {
  for (let place = 0; place < secret.length; place++) if (sent[place] !== secret[place]) return false
  return sent.length === secret.length
}

test('two comparisons that end at the first difference are told apart, so this test can fail', async () => {
  expect(Math.abs(await apart(endsEarly, 5_000))).toBeGreaterThan(4.5)
})

test('the comparison of secrets takes as long whichever place is wrong', async () => {
  // A machine that is busy may shift the times of one of them by chance; what leaks does so each time.
  const seen: number[] = []
  for (let tries = 0; tries < 3 && seen.every((t) => Math.abs(t) >= 4.5); tries++) {
    seen.push(await apart((sent) => sameSecret(secret, sent), 20_000))
  }
  expect(
    seen.map(Math.abs).some((t) => t < 4.5),
    `t was ${seen.join(', ')}`,
  ).toBe(true)
})
