import type { Router } from '../../api/fastify.ts'
import { writeOnce } from '../../api/idempotency.ts'
import { groupedOperation, readOperation } from '../../api/operation.ts'
import { renderResponse } from '../../api/response.ts'
import type { AppContext } from '../../context.ts'
import type { Connection } from '../../database/pool.ts'
import { withBooksKept } from '../../ledger/books.ts'
import { settings, updateSettingsBody } from './schema.ts'
import * as service from './service.ts'
import { readSettings } from './store.ts'

const tag = 'Settings'

/** The settings of the environment of the key. */
export function settingsRoutes(router: Router, app: AppContext): void {
  readOperation(
    router,
    app,
    {
      method: 'GET',
      url: '/settings',
      id: 'retrieveSettings',
      tag,
      scope: 'read',
      summary: 'Retrieve the settings',
      responses: { 200: settings },
      etag: true,
    },
    async ({ context }) => service.respondSettings(app, await readSettings(app.pool, context.environment.id)),
  )

  groupedOperation(
    router,
    app,
    {
      method: 'PATCH',
      url: '/settings',
      id: 'updateSettings',
      tag,
      scope: 'settings',
      summary: 'Update the settings',
      description: 'They apply to the environment of the key, in other processes of the server within a second.',
      body: updateSettingsBody,
      responses: { 200: settings },
      etag: true,
      errors: ['precondition_failed', 'invalid_payment_rules', 'color_contrast', 'day_not_over', 'card_number'],
    },
    ({ body, context, if_match }) => {
      const update = async (connection: Connection) =>
        renderResponse(service.respondSettings(app, await service.updateSettings(connection, context, body, if_match)))
      const write = () => writeOnce(app, context, update, { committed: app.settingsChanged })
      return body.books_closed_until === undefined ? write() : withBooksKept(app, context.environment.id, write)
    },
  )
}
