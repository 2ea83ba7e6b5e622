/**
 * What may become of the captures of a charge of the simulator. `answer_lost`: each comes through, and its first answer is lost.
 * `expires_soon`: what is authorised is let go of after 30 s.
 */
export const captureBehaviours = ['succeeded', 'answer_lost', 'expires_soon'] as const
export type CaptureBehaviour = (typeof captureBehaviours)[number]

const heldMs = 7 * 86_400_000
const heldBrieflyMs = 30_000

/** Until when the simulator holds what was authorised at an instant. */
export function authorisedUntil(at: Date, captures: CaptureBehaviour | null): Date {
  return new Date(at.getTime() + (captures === 'expires_soon' ? heldBrieflyMs : heldMs))
}
