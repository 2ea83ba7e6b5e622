import { addRead, addWrite } from '../../api/operation.ts'
import type { App, Platform } from '../../api/platform.ts'
import { settings, updateSettings } from './schema.ts'
import * as service from './service.ts'
import { readSettings } from './store.ts'

const tag = 'Settings'
const url = '/settings'

/** What the environment of the key may set. */
export function settingsRoutes(app: App, platform: Platform): void {
  addRead(
    app,
    platform,
    {
      method: 'GET',
      url,
      id: 'retrieveSettings',
      tag,
      summary: 'Retrieve the settings',
      answers: { 200: settings },
      etag: true,
    },
    async ({ context }) => service.answerSettings(await readSettings(platform.pool, context.environment.id)),
  )

  addWrite(
    app,
    platform,
    {
      method: 'PATCH',
      url,
      id: 'updateSettings',
      tag,
      summary: 'Update the settings',
      description: 'They hold for the environment of the key. Other processes follow within a second.',
      body: updateSettings,
      answers: { 200: settings },
      etag: true,
      refusals: [409, 412, 422],
    },
    async (connection, { body, context, request }) =>
      service.answerSettings(await service.updateSettings(connection, context, body, request.headers['if-match'])),
    { committed: platform.settingsChanged },
  )
}
