import type { Router } from '../api/fastify.ts'
import { auditRoutes } from '../audit-trail/routes.ts'
import { accountRoutes } from '../billing/account/routes.ts'
import { adjustmentBatchRoute } from '../billing/adjustment/batch.ts'
import { billRoutes } from '../billing/bill/routes.ts'
import { creditRoutes } from '../billing/credit/routes.ts'
import { customerRoutes } from '../billing/customer/routes.ts'
import { obligationRoutes } from '../billing/obligation/routes.ts'
import type { AppContext } from '../context.ts'
import { preparePages } from '../html/form.ts'
import { keyRoutes } from '../merchant/key/routes.ts'
import { logoRoutes, servedLogoRoutes } from '../merchant/logo/routes.ts'
import { settingsRoutes } from '../merchant/settings/routes.ts'
import { previewRoutes } from '../pages/preview.ts'
import { receiptRoutes } from '../pages/receipts/routes.ts'
import { presentmentRoutes } from '../pages/routes.ts'
import { statementRoutes } from '../pages/statement/operations.ts'
import { callbackRoutes } from '../payments/callbacks/routes.ts'
import { captureRoutes } from '../payments/capture/routes.ts'
import { paymentRequestRoutes } from '../payments/checkout/requests/routes.ts'
import { paymentSessionRoutes } from '../payments/checkout/sessions/routes.ts'
import { disputeRoutes } from '../payments/dispute/routes.ts'
import { lookupRoutes } from '../payments/lookup/routes.ts'
import { transferNoticeRoutes } from '../payments/notice/routes.ts'
import { processorRoutes } from '../payments/processor/settings/routes.ts'
import { simulatorRoutes } from '../payments/processor/simulator/routes.ts'
import { paymentRoutes } from '../payments/recorded/routes.ts'
import { refundRoutes } from '../payments/refund/routes.ts'
import { settlementRoutes } from '../payments/settlement/routes.ts'
import { testPaymentRoutes } from '../payments/test-payments/routes.ts'
import { privacyRoutes } from '../privacy/routes.ts'
import { reportRoutes } from '../reports/routes.ts'
import { searchRoutes } from '../search/routes.ts'
import { suggestionRoutes } from '../search/suggestions/routes.ts'
import { endpointRoutes } from '../webhooks/endpoint/routes.ts'
import { feedRoutes } from '../webhooks/feed/routes.ts'
import { postingRoutes } from '../webhooks/posting/routes.ts'
import { recordRoutes } from '../webhooks/record/routes.ts'
import { replayRoutes } from '../webhooks/replay/routes.ts'

/** Every operation of the API, behind a key. */
export function apiRoutes(router: Router, app: AppContext): void {
  customerRoutes(router, app)
  accountRoutes(router, app)
  billRoutes(router, app)
  adjustmentBatchRoute(router, app)
  creditRoutes(router, app)
  privacyRoutes(router, app)
  auditRoutes(router, app)
  settingsRoutes(router, app)
  logoRoutes(router, app)
  keyRoutes(router, app)
  processorRoutes(router, app)
  previewRoutes(router, app)
  statementRoutes(router, app)
  obligationRoutes(router, app)
  paymentRoutes(router, app)
  refundRoutes(router, app)
  settlementRoutes(router, app)
  disputeRoutes(router, app)
  captureRoutes(router, app)
  paymentRequestRoutes(router, app)
  paymentSessionRoutes(router, app)
  transferNoticeRoutes(router, app)
  lookupRoutes(router, app)
  testPaymentRoutes(router, app)
  searchRoutes(router, app)
  suggestionRoutes(router, app)
  reportRoutes(router, app)
  endpointRoutes(router, app)
  recordRoutes(router, app)
  postingRoutes(router, app)
  feedRoutes(router, app)
  replayRoutes(router, app)
}

/** Every page, for payers. */
export function pageRoutes(router: Router, app: AppContext): void {
  preparePages(router, app)
  presentmentRoutes(router, app)
  receiptRoutes(router, app)
  simulatorRoutes(router, app)
  servedLogoRoutes(router, app)
}

/** Where processors call. Each body is read as it came, since its signature is over the bytes. */
export function processorCallbackRoutes(router: Router, app: AppContext): void {
  router.removeAllContentTypeParsers()
  router.addContentTypeParser<Buffer>('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
  callbackRoutes(router, app)
}

/** Whether an address is that of a page, so that whoever asked for it is a payer. */
export function isPagePath(url: string): boolean {
  return /^\/(?:p|m|r|checkout|receipts|simulator)(?:[/?]|$)/.test(url)
}
