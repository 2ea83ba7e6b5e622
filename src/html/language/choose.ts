import type { FastifyRequest } from '../../api/fastify.ts'
import { defaultLanguages, type LanguageTag } from './languages.ts'
import { isLanguage, type Voice, voiceIn } from './voice.ts'

/** What is known of the languages of a page: what its environment offers and speaks, and what its customer reads. */
export type Spoken = { locale: string; languages: readonly LanguageTag[]; customer_locale: string | null }

const unknown: Spoken = { locale: 'en-ZA', languages: defaultLanguages, customer_locale: null }

/**
 * The voice in which a request is answered: in the language that its address or its form asks for, else in that of the
 * customer, else the first that the browser accepts, else that of the environment. Only languages that are offered count.
 * The region of amounts and dates is the customer's, else the environment's.
 */
export function voiceFor(
  request: Pick<FastifyRequest, 'url' | 'body' | 'headers'>,
  { locale, languages, customer_locale }: Spoken = unknown,
): Voice {
  const asked = askedLanguage(request)
  const wishes = [
    asked,
    customer_locale === null ? '' : languageOf(customer_locale),
    ...acceptedLanguages(request.headers['accept-language']),
    languageOf(locale),
  ]
  const isOffered = (tag: string): tag is LanguageTag => isLanguage(tag) && languages.includes(tag)
  const language = wishes.find(isOffered) ?? languages[0] ?? 'en'
  const region = (customer_locale === null ? undefined : regionOf(customer_locale)) ?? regionOf(locale)
  return voiceIn(language, region, { offered: languages, asked: language === asked })
}

/** What links and forms of a page carry, so that the next page is in the language that was asked for. */
export function askedParameter({ asked, language }: Voice): Record<string, string> {
  return asked ? { lang: language } : {}
}

// Not by the reader of queries: also what cannot be read is refused in some language.
function askedLanguage({ url, body }: Pick<FastifyRequest, 'url' | 'body'>): string {
  const sent = body instanceof URLSearchParams ? body.get('lang') : undefined
  return sent ?? /[?&]lang=([a-z]{2})(?:&|$)/.exec(url)?.[1] ?? ''
}

function languageOf(tag: string): string {
  return tag.split('-', 1)[0] ?? ''
}

function regionOf(tag: string): string | undefined {
  return new Intl.Locale(tag).region
}

// A browser sends a handful. What comes after these is not looked at.
const acceptedMax = 20
const acceptedBytesMax = 500
const acceptedRange = /^\s*([a-z]{2,3})(?:-[a-z0-9-]*)?\s*(?:;\s*q=([01](?:\.\d{0,3})?)\s*)?$/

/** The languages of an Accept-Language header (RFC 9110, section 12.5.4), the most welcome first. */
function acceptedLanguages(header = ''): string[] {
  const ranges = header.slice(0, acceptedBytesMax).toLowerCase().split(',', acceptedMax)
  const weighed = ranges.flatMap((range) => {
    const [, language, sent = '1'] = acceptedRange.exec(range) ?? []
    const weight = `${sent}${sent.includes('.') ? '' : '.'}`.padEnd(5, '0')
    return language === undefined || weight === '0.000' ? [] : [{ language, weight }]
  })
  return weighed.toSorted((one, other) => other.weight.localeCompare(one.weight)).map(({ language }) => language)
}
