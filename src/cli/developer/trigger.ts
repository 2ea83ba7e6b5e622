import type { EventType } from '../../events/registry.ts'
import { readArguments, UsageError, unknown } from '../usage.ts'
import { type Api, readApi } from './api.ts'
import { eventLine } from './event-line.ts'
import { readFeedPage } from './feed.ts'
import { Desk, recipes, untriggerable } from './recipes.ts'

const pagesMax = 20

/** `tallystick trigger`: makes real objects of a test environment so that an event of the type happens, and prints it. */
export async function trigger(args: string[]): Promise<void> {
  const { words } = readArguments('trigger', args, {}, ['a type of event, such as bill.paid'])
  const type = words[0] as EventType
  const recipe = recipeOf(type)
  const api = readApi(process.env)
  if (api.mode !== 'test') throw new UsageError('tallystick trigger makes real objects: use a test key, sk_test_….')
  const { next_cursor } = await readFeedPage(api, { cursor: 'latest', types: type })
  await recipe(new Desk(api))
  process.stdout.write(`${await lineOf(api, type, next_cursor)}\n`)
}

function recipeOf(type: EventType) {
  const recipe = Object.hasOwn(recipes, type) ? recipes[type] : undefined
  if (recipe) return recipe
  const cause = Object.hasOwn(untriggerable, type) ? untriggerable[type] : undefined
  if (cause !== undefined) throw new UsageError(`${type} cannot be triggered: ${cause}. POST …/test sends a sample.`)
  const types = Object.keys(recipes)
  throw new UsageError(`${unknown('type', type, types)} The types are ${types.join(', ')}.`)
}

/** The first event of the type after the cursor. */
async function lineOf(api: Api, type: EventType, after: string): Promise<string> {
  let cursor = after
  for (let page = 0; page < pagesMax; page++) {
    const { data, next_cursor } = await readFeedPage(api, { cursor, types: type })
    if (data[0]) return eventLine(data[0])
    if (cursor === next_cursor) break
    cursor = next_cursor
  }
  throw new Error(`Everything was made, but ${api.url} has no event of the type ${type} yet: is it stopping?`)
}
