import { required } from '../../../core/assert.ts'
import { sha256 } from '../../../core/secret.ts'
import { captureBehaviours } from './capture-behaviour.ts'
import type { PlayedOutcome } from './charge.ts'
import { laterOutcomes } from './later.ts'
import { refundBehaviours } from './refund-behaviour.ts'

type Drawn = Omit<PlayedOutcome, 'method'>

// Most payments go well, as most do.
const outcomes: readonly Drawn['outcome'][] = [
  ...Array<'succeeded'>(6).fill('succeeded'),
  'pending_succeeded',
  'pending_failed',
  'declined',
  'abandoned',
]
const laterOf: readonly Drawn['later'][] = [...Array<undefined>(8).fill(undefined), ...laterOutcomes]
const delayMaxS = 10

/**
 * What becomes of a payment, of its refunds and captures, and of its money later, drawn from a seed: the same seed draws the same for
 * ever, so that whatever went wrong can be played again.
 */
export function drawOutcome(seed: number): Drawn {
  const drawn = sha256(`simulator ${seed}`)
  const pick = <T>(list: readonly T[], at: number) => list[drawn.readUInt32BE(at * 4) % list.length]
  const outcome = required(pick(outcomes, 0), 'there are outcomes')
  return {
    outcome,
    delay_s: 1 + (drawn.readUInt32BE(4) % delayMaxS),
    refunds: pick(refundBehaviours, 2),
    captures: pick(captureBehaviours, 3),
    later: outcome.endsWith('succeeded') ? pick(laterOf, 4) : undefined,
  }
}
