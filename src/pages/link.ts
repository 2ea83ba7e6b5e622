import { findPresented, type Presented } from './store.ts'
import { Problem } from '../core/problem.ts'
import type { Platform } from '../api/platform.ts'
import { isLinkToken, readLinkToken } from '../core/page-link.ts'

/**
 * What a link presents, once it has proved itself. Throws `not_found`, always the same, when it is unknown, wrong, retired or of
 * something archived. A token of the right form costs the same two look-ups and one comparison whether or not it exists.
 */
export async function openLink(platform: Pick<Platform, 'pool' | 'vault'>, token: string): Promise<Presented> {
  const spoken = readLinkToken(token)
  const presented = spoken && (await findPresented(platform.pool, spoken.kind, spoken.id))
  const proved = spoken && isLinkToken(platform.vault, token, spoken.kind, spoken.id, presented?.link_version ?? 0)
  if (!presented || !proved || presented.archived) throw new Problem('not_found', 'This link does not work.')
  return presented
}
