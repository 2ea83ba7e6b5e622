import { z } from 'zod'
import { expecting } from '../../shapes/expected.ts'

const trackedMax = 10

/** What the addresses and forms of the pages use themselves, `lang` for the language of a page. */
const ownParameters: readonly string[] = [
  ...['payment', 'issued', 'choice', 'seen', 'guard', 'method', 'amount', 'currency'],
  ...['everything', 'debt', 'again', 'page', 'up', 'lang'],
]

const parameter = expecting(
  z.string(),
  'a name of up to 40 lower-case letters, digits and _ that begins with a letter, such as branch',
)
  .max(40, { abort: true })
  .regex(/^[a-z][a-z0-9_]{0,39}$/)
  .refine((name) => !ownParameters.includes(name), { error: 'is used by the pages themselves: choose another name' })

/** Parameters of a link that become metadata of its payment, besides those that always do. */
export const trackedParameters = expecting(z.array(parameter), 'a list of names, such as ["branch", "campaign"]')
  .max(trackedMax)
  .refine((names) => new Set(names).size === names.length, { error: 'should have each name once' })
  .describe(
    'Parameters of links that become metadata of the payment, besides `utm_*`, `affiliate`, `agent` and `product_code`',
  )

export const shownTrackedParameters = z.array(z.string().max(40)).max(trackedMax)
