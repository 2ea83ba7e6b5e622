import { z } from 'zod'
import { canonicalLocale, localeMax } from '../core/locale.ts'
import { expecting } from './expected.ts'

/** A language, and where it is spoken, as they are sent. */
export const locale = expecting(z.string(), 'a BCP 47 language tag, such as fr-CD')
  .max(localeMax, { abort: true })
  .refine((tag) => canonicalLocale(tag) !== undefined, { error: 'should be a BCP 47 language tag, such as fr-CD' })

export const shownLocale = z.string().max(localeMax)
