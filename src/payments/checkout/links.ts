import type { AppContext } from '../../context.ts'
import { checkoutCode } from '../../core/checkout-code.ts'
import type { CheckoutRow } from '../../ledger/checkouts/checkout.ts'

type App = Pick<AppContext, 'vault' | 'publicUrl'>

/** The path of the page of a request or session, below the public address. */
export function checkoutPath(app: Pick<App, 'vault'>, { kind, id }: Pick<CheckoutRow, 'kind' | 'id'>): string {
  return `/${kind === 'request' ? 'r' : 'checkout'}/${checkoutCode(app.vault, id)}`
}

/** The address of the page of a request or session. Whoever has it can see the amount and pay it. */
export function checkoutUrl(app: App, row: Pick<CheckoutRow, 'kind' | 'id'>): string {
  return app.publicUrl() + checkoutPath(app, row)
}
