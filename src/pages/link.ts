import type { AppContext } from '../context.ts'
import { isLinkToken, readLinkToken } from '../core/page-link.ts'
import { Problem } from '../core/problem.ts'
import { findPageSubject, type PageSubject } from './subject.ts'

/**
 * The subject of a link, once the link is verified. Throws the same `not_found` whether it is unknown, wrong, invalidated or,
 * unless that is accepted, has ended or is of something archived. A token of the right form costs the same two look-ups and
 * one comparison whether or not it exists.
 */
export async function openLink(
  app: Pick<AppContext, 'pool' | 'vault' | 'clock'>,
  token: string,
  options: { archived?: 'accepted'; ended?: 'accepted' } = {},
): Promise<PageSubject> {
  const named = readLinkToken(token)
  const subject = named && (await findPageSubject(app.pool, named))
  const verified = named && isLinkToken(app.vault, token, named, subject?.link_version ?? 0)
  const hidden = subject?.archived && options.archived !== 'accepted'
  const ended = subject && hasEnded(subject, app.clock.now()) && options.ended !== 'accepted'
  if (!subject || !verified || hidden || ended) throw new Problem('not_found', 'This link does not work.')
  return subject
}

/** Whether the link that a subject was found by has ended. */
export function hasEnded({ guest_until }: Pick<PageSubject, 'guest_until'>, now: Date): boolean {
  return guest_until !== undefined && guest_until <= now
}
