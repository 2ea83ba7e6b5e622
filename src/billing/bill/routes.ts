import { addWrite } from '../../api/operation.ts'
import type { App, Platform } from '../../api/platform.ts'
import { objectRoutes } from '../object/operations.ts'
import { answerObject, bills, objectParams } from '../object/resource.ts'
import { createBill, updateBill } from './schema.ts'
import * as service from './service.ts'

/** Every operation on bills. */
export function billRoutes(app: App, platform: Platform): void {
  objectRoutes(app, platform, bills, {
    createBody: createBill,
    create: (connection, { context }, body) => service.createBill(connection, context, body),
    updateBody: updateBill,
    update: service.updateBill,
  })

  addWrite(
    app,
    platform,
    {
      method: 'POST',
      url: `${bills.url}/:bill/void`,
      id: 'voidBill',
      tag: bills.name.many,
      summary: 'Void a bill, for good',
      description: 'A voided bill can be neither paid nor changed. One that is paid or partly paid is refused.',
      params: objectParams('bill'),
      answers: { 200: bills.shape },
      etag: true,
      refusals: [404, 409],
    },
    async (connection, { params, context }) => {
      const view = { platform, context }
      return answerObject(bills, view, await service.voidBill(connection, view, params.bill))
    },
    { committed: platform.wakeDispatcher },
  )
}
