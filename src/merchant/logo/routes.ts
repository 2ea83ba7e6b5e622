import { z } from 'zod'
import type { Router } from '../../api/fastify.ts'
import { writeOperation } from '../../api/operation.ts'
import type { AppContext } from '../../context.ts'
import { Problem } from '../../core/problem.ts'
import { expecting } from '../../shapes/expected.ts'
import { settings } from '../settings/schema.ts'
import { respondSettings } from '../settings/service.ts'
import { putLogo, removeLogo } from './service.ts'
import { findLogo } from './store.ts'

const tag = 'Settings'

// More than a logo may have, so that one which is somewhat too large is told how large it is.
const base64Max = 200_000

const putLogoBody = z
  .strictObject({
    data: expecting(z.base64(), 'the bytes of a PNG or JPEG in base64')
      .min(1)
      .max(base64Max)
      .describe('A PNG or JPEG in base64: at most 32,768 bytes, and 2000 × 2000 pixels'),
  })
  .meta({ id: 'PutLogo' })

/** The operations on the logo of the environment of the key. */
export function logoRoutes(router: Router, app: AppContext): void {
  writeOperation(
    router,
    app,
    {
      method: 'PUT',
      url: '/settings/logo',
      id: 'putLogo',
      tag,
      scope: 'settings',
      summary: 'Set the logo',
      description:
        'It stands on each page beside the name. What kind of picture it is and how large is read from its bytes.',
      body: putLogoBody,
      responses: { 200: settings },
      etag: true,
      errors: ['precondition_failed', 'invalid_logo'],
    },
    async (connection, { body, context, if_match }) =>
      respondSettings(app, await putLogo(connection, context, Buffer.from(body.data, 'base64'), if_match)),
  )

  writeOperation(
    router,
    app,
    {
      method: 'DELETE',
      url: '/settings/logo',
      id: 'deleteLogo',
      tag,
      scope: 'settings',
      summary: 'Delete the logo',
      responses: { 200: settings },
      etag: true,
      errors: ['precondition_failed'],
    },
    async (connection, { context, if_match }) => respondSettings(app, await removeLogo(connection, context, if_match)),
  )
}

const sha256Pattern = /^[0-9a-f]{64}$/

/** `GET /logos/{sha256}`: a logo that is stored, for the pages. What is behind an address never changes. */
export function servedLogoRoutes(router: Router, app: Pick<AppContext, 'pool'>): void {
  router.get<{ Params: { sha256: string } }>('/logos/:sha256', async ({ params: { sha256 } }, reply) => {
    const logo = sha256Pattern.test(sha256) ? await findLogo(app.pool, Buffer.from(sha256, 'hex')) : undefined
    if (!logo) throw new Problem('not_found', 'There is no such logo.')
    return reply
      .headers({
        'content-type': logo.media_type,
        'content-security-policy': "default-src 'none'; sandbox",
        'cache-control': 'public, max-age=31536000, immutable',
      })
      .send(logo.bytes)
  })
}
