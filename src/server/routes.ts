import { accountRoutes } from '../billing/account/routes.ts'
import { billRoutes } from '../billing/bill/routes.ts'
import { customerRoutes } from '../billing/customer/routes.ts'
import { historyRoutes } from '../billing/history/routes.ts'
import { obligationRoutes } from '../billing/obligation/routes.ts'
import { lookupRoutes } from '../payments/lookup/routes.ts'
import { paymentRoutes } from '../payments/recorded/routes.ts'
import { simulatorRoutes } from '../payments/processor/simulator/routes.ts'
import { preparePages } from '../html/form.ts'
import type { App, Platform } from '../api/platform.ts'
import { settingsRoutes } from '../merchant/settings/routes.ts'
import { presentmentRoutes } from '../pages/routes.ts'
import { endpointRoutes } from '../webhooks/endpoint/routes.ts'

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
