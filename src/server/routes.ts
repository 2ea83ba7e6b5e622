import { accountRoutes } from '../billing/account/routes.ts'
import { billRoutes } from '../billing/bill/routes.ts'
import { customerRoutes } from '../billing/customer/routes.ts'
import { historyRoutes } from '../billing/history/routes.ts'
import { obligationRoutes } from '../billing/obligation/routes.ts'
import { lookupRoutes, paymentRoutes, simulatorRoutes } from '../collect/index.ts'
import { preparePages } from '../http/page/form.ts'
import type { App, Platform } from '../http/platform.ts'
import { settingsRoutes } from '../merchant/settings/routes.ts'
import { presentmentRoutes } from '../presentment/index.ts'
import { endpointRoutes } from '../webhook/index.ts'

/** Every operation of the API, behind a key. */
export function apiRoutes(app: App, platform: Platform): void {
  customerRoutes(app, platform)
  accountRoutes(app, platform)
  billRoutes(app, platform)
  historyRoutes(app, platform)
  settingsRoutes(app, platform)
  obligationRoutes(app, platform)
  paymentRoutes(app, platform)
  lookupRoutes(app, platform)
  endpointRoutes(app, platform)
}

/** Every page, for payers. */
export function pageRoutes(app: App, platform: Platform): void {
  preparePages(app, platform)
  presentmentRoutes(app, platform)
  simulatorRoutes(app, platform)
}
