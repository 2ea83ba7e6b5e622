import { readArguments, UsageError } from '../usage.ts'
import { isHttpAddress, readApi } from './api.ts'
import { eventLine } from './event-line.ts'
import { followFeed } from './feed.ts'
import { forward } from './forward.ts'
import { readState, writeState } from './listen-state.ts'
import { feedNotes, say, stopSignal } from './running.ts'

/**
 * `tallystick listen`: forwards events to a receiver on the developer's machine, without an endpoint or a tunnel: it reads the
 * feed with her key and signs as the server does. The next run goes on after the last event of this one.
 */
export async function listen(args: string[]): Promise<void> {
  const { values } = readArguments('listen', args, {
    'forward-to': { type: 'string' },
    types: { type: 'string' },
    latest: { type: 'boolean', default: false },
  })
  const url = values['forward-to']
  if (url === undefined || !isHttpAddress(url)) {
    throw new UsageError(
      'tallystick listen needs --forward-to with an address, such as http://localhost:3000/webhooks.',
    )
  }
  const api = readApi(process.env)
  const { secret, ...kept } = await readState(api)
  const cursor = values.latest ? undefined : kept.cursor
  await writeState(api, { secret, ...(cursor !== undefined && { cursor }) })
  const from = cursor === undefined ? 'from now on' : 'since the last time'
  say(`Events of ${api.url} (${api.mode}) ${from} go to ${url}, signed with ${secret}`)
  const signal = stopSignal()
  try {
    for await (const page of followFeed(api, { cursor, types: values.types }, feedNotes(api), signal)) {
      for (const event of page.data) {
        const result = await forward({ url, secret }, event, signal)
        process.stdout.write(`${eventLine(event)}  → ${result}\n`)
      }
      await writeState(api, { secret, cursor: page.next_cursor })
    }
  } catch (error) {
    if (!signal.aborted) throw error
  }
}
