import { createCache } from '../../core/cache.ts'
import { afrikaans } from './af/index.ts'
import { arabic } from './ar/index.ts'
import type { Catalogue } from './catalogue.ts'
import { english } from './en/index.ts'
import { french } from './fr/index.ts'
import { type LanguageTag, languageNames } from './languages.ts'
import { portuguese } from './pt/index.ts'
import { swahili } from './sw/index.ts'
import { zulu } from './zu/index.ts'

/** How a page speaks: its texts, and the locale of its amounts and dates. */
export type Voice = {
  language: LanguageTag
  locale: string
  direction: 'ltr' | 'rtl'
  text: Catalogue
  /** The languages that its reader may change to. */
  offered: readonly LanguageTag[]
  /** Whether the address asks for this language: links of the page then ask for it too. */
  asked: boolean
}

const catalogues: Readonly<Record<LanguageTag, Catalogue>> = {
  en: english,
  fr: french,
  af: afrikaans,
  pt: portuguese,
  ar: arabic,
  zu: zulu,
  sw: swahili,
}

/** Whether a tag is that of a language that pages speak. */
export function isLanguage(tag: string): tag is LanguageTag {
  return Object.hasOwn(languageNames, tag)
}

/** The voice of a language in a region, such as `ZA`. */
export function voiceIn(
  language: LanguageTag,
  region: string | undefined,
  { offered, asked }: Pick<Voice, 'offered' | 'asked'>,
): Voice {
  return {
    language,
    locale: localeIn(language, region),
    direction: language === 'ar' ? 'rtl' : 'ltr',
    text: catalogues[language],
    offered,
    asked,
  }
}

// What is written outside the one country whose habits the locale data take for those of the language.
const elsewhere: Partial<Record<LanguageTag, string>> = { en: 'en-001', pt: 'pt-PT' }

const locales = createCache<string>({ size_max: 500 })

/**
 * The locale of a language in a region. Only those come out that there are data for, so that the caches of formats by locale
 * stay small whatever a merchant sends: French in South Africa is written as French is.
 */
function localeIn(language: LanguageTag, region = ''): string {
  const asked = region === '' ? language : `${language}-${region}`
  const known = locales.get(asked)
  if (known) return known
  const { locale } = new Intl.NumberFormat(asked).resolvedOptions()
  const made = locale === language && region !== '' ? (elsewhere[language] ?? locale) : locale
  locales.set(asked, made)
  return made
}

/** The voice of pages that are in English wherever they are: those of the simulator. */
export const simulatorVoice = voiceIn('en', 'ZA', { offered: ['en'], asked: false })
