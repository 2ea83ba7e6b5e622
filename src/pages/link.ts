import type { AppContext } from '../context.ts'
import { isLinkToken, readLinkToken } from '../core/page-link.ts'
import { Problem } from '../core/problem.ts'
import { findPageSubject, type PageSubject } from './store.ts'

/**
 * What a link presents, once it has proved itself. Throws `not_found`, always the same, when it is unknown, wrong, retired or of
 * something archived, unless that is accepted. A token of the right form costs the same two look-ups and one comparison whether or not
 * it exists.
 */
export async function openLink(
  app: Pick<AppContext, 'pool' | 'vault'>,
  token: string,
  options: { archived?: 'accepted' } = {},
): Promise<PageSubject> {
  const spoken = readLinkToken(token)
  const subject = spoken && (await findPageSubject(app.pool, spoken.kind, spoken.id))
  const proved = spoken && isLinkToken(app.vault, token, spoken.kind, spoken.id, subject?.link_version ?? 0)
  const hidden = subject?.archived && options.archived !== 'accepted'
  if (!subject || !proved || hidden) throw new Problem('not_found', 'This link does not work.')
  return subject
}
