import type { AppContext } from '../context.ts'
import { fieldProblem } from '../core/problem.ts'

/** The normal form of an address that was sent in the field `pointer`. Throws `url_not_allowed`. */
export function allowedUrl(app: Pick<AppContext, 'checkWebhookUrl'>, url: string, pointer: string): string {
  const address = app.checkWebhookUrl(url)
  if (!address.ok) throw fieldProblem('url_not_allowed', pointer, address.detail)
  return address.url
}
