import { readArguments, readVerb } from '../usage.ts'
import { readApi } from './api.ts'
import { eventLine } from './event-line.ts'
import { followFeed } from './feed.ts'
import { feedNotes, stopSignal } from './running.ts'

/** `tallystick events`: `tail` prints what happens from now on. */
export async function eventsCommand(args: string[]): Promise<void> {
  await readVerb('events', { tail }, args)
}

async function tail(args: string[]): Promise<void> {
  const { values } = readArguments('events tail', args, {
    types: { type: 'string' },
    json: { type: 'boolean', default: false },
  })
  const api = readApi(process.env)
  const from = { cursor: undefined, types: values.types }
  for await (const { data } of followFeed(api, from, feedNotes(api), stopSignal())) {
    for (const event of data) process.stdout.write(`${values.json ? JSON.stringify(event) : eventLine(event)}\n`)
  }
}
