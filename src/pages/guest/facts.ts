import { randomSecret, sameSecret } from '../../core/secret.ts'
import type { Voice } from '../../html/language/voice.ts'
import type { GuestLookup } from '../../merchant/settings/guest-lookup.ts'
import type { GuestCandidate } from './store.ts'

type SecondFact = GuestLookup['second_fact']

/** What the page calls the second fact. A key of metadata speaks for itself: `postal_code` is "Postal code". */
export function factLabel(second_fact: SecondFact, { text }: Voice): string {
  if (typeof second_fact === 'string') return text.lookUp.facts[second_fact]
  const words = second_fact.metadata.replaceAll(/[_-]+/g, ' ').trim()
  return words.charAt(0).toUpperCase() + words.slice(1)
}

/** The key of metadata that the second fact is kept under, if it is kept there. */
export function metadataKeyOf(second_fact: SecondFact): string | null {
  return typeof second_fact === 'string' ? null : second_fact.metadata
}

/** A fact as it is compared: without white space, and in lower case. */
function comparable(fact: string): string {
  return fact.normalize('NFKC').replaceAll(/\s+/g, '').toLowerCase()
}

function storedFact({ email, phone, noted }: GuestCandidate, second_fact: SecondFact): string {
  if (second_fact === 'phone_last4') return phone?.slice(-4) ?? ''
  return comparable((second_fact === 'email' ? email : noted) ?? '')
}

/**
 * The first candidate whose customer has the second fact. All are compared, each in a time that does not depend on where it
 * differs; what has no such fact is compared with one that nobody knows.
 */
export function matchFact(
  candidates: readonly GuestCandidate[],
  second_fact: SecondFact,
  typed: string,
): GuestCandidate | undefined {
  const sent = comparable(typed)
  const same = candidates.map((candidate) => {
    const stored = storedFact(candidate, second_fact)
    const known = sameSecret(sent, stored === '' ? randomSecret(16) : stored)
    return known && candidate.found && !candidate.archived
  })
  return candidates.find((_, at) => same[at])
}
