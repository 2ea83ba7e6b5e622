import type { AppContext } from '../context.ts'
import { isLinkToken, readLinkToken } from '../core/page-link.ts'
import { Problem } from '../core/problem.ts'
import { findPageSubject, type PageSubject } from './subject.ts'

/**
 * The subject of a link, once the link is verified. Throws the same `not_found` whether it is unknown, wrong,
 * invalidated or, unless that is accepted, of something archived. A token of the right form costs the same two look-ups
 * and one comparison whether or not it exists.
 */
export async function openLink(
  app: Pick<AppContext, 'pool' | 'vault'>,
  token: string,
  options: { archived?: 'accepted' } = {},
): Promise<PageSubject> {
  const named = readLinkToken(token)
  const subject = named && (await findPageSubject(app.pool, named.kind, named.id))
  const verified = named && isLinkToken(app.vault, token, named.kind, named.id, subject?.link_version ?? 0)
  const hidden = subject?.archived && options.archived !== 'accepted'
  if (!subject || !verified || hidden) throw new Problem('not_found', 'This link does not work.')
  return subject
}
