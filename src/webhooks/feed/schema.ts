import { z } from 'zod'
import { pageLimitMax, pageQuery } from '../../api/pagination.ts'
import { nearest } from '../../core/nearest.ts'
import { eventPrefixes, eventTypes } from '../../events/registry.ts'
import { eventFields } from '../../shapes/event.ts'
import { expecting } from '../../shapes/expected.ts'
import { wholeNumberText } from '../../shapes/primitives.ts'

const selectable: readonly string[] = [...eventTypes, ...eventPrefixes]
const textMax = 4_000
const wait_s_max = 30

const types = expecting(z.string(), 'types with commas between, such as bill.updated,payment.*')
  .max(textMax, { abort: true })
  .check(({ value, issues }) => {
    const unknown = value.split(',').find((name) => !selectable.includes(name))
    if (unknown === undefined) return
    const near = nearest(unknown, selectable)
    const hint = near === undefined ? '' : `; did you mean \`${near}\`?`
    const shown = unknown.length > 40 ? `${unknown.slice(0, 40)}…` : unknown
    issues.push({ code: 'custom', message: `holds "${shown}", which is no type of event${hint}`, input: value })
  })

export const readFeedQuery = z.strictObject({
  limit: pageQuery.limit,
  cursor: expecting(z.string(), 'a next_cursor of this feed, unchanged, or latest')
    .max(200)
    .optional()
    .describe(
      'next_cursor of the page before, unchanged; `latest` to begin with what happens from now on. Without it the feed begins with the oldest event that is kept',
    ),
  types: types
    .transform((text) => text.split(','))
    .optional()
    .describe('Names, or prefixes such as `bill.*`, with commas between. The cursor fits any of them'),
  wait_s: wholeNumberText(0, wait_s_max)
    .default(0)
    .describe('How long to wait, in seconds, for an event when there is none'),
})
export type ReadFeed = z.output<typeof readFeedQuery>

const event = z.object(eventFields).meta({ id: 'Event' })

export const feedPage = z
  .object({
    data: z.array(event).max(pageLimitMax).describe('Oldest first, each with the bytes that its webhook has'),
    has_more: z.boolean().describe('Whether more may follow at once'),
    next_cursor: z.string().max(200).describe('Leads on from here, also from an empty page'),
  })
  .meta({ id: 'EventFeedPage' })
