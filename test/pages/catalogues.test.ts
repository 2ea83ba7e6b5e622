import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readAmount } from '../../src/core/amount-reader.ts'
import { keptCurrencyCodes } from '../../src/core/currency.ts'
import { editableMoney } from '../../src/core/money.ts'
import { type Html, html } from '../../src/html/html.ts'
import { languageNames, languageTags } from '../../src/html/language/languages.ts'
import { voiceIn } from '../../src/html/language/voice.ts'
import { money, moneyText } from '../../src/html/money.ts'
import { seedOf } from '../support/seed.ts'

// AMOUNT_SEED repeats a run; the seed is in the names of the properties.
const seed = seedOf('AMOUNT_SEED')
const speak = (language: (typeof languageTags)[number], region?: string) =>
  voiceIn(language, region, { offered: languageTags, asked: false })
const others = languageTags.filter((tag) => tag !== 'en')

type Say = (...values: unknown[]) => Html | string
type Text = string | Say

/** Every text of a catalogue, by its path. */
function textsOf(texts: object, outer = ''): [path: string, text: Text][] {
  return Object.entries(texts).flatMap(([name, text]): [string, Text][] =>
    typeof text === 'object' ? textsOf(text, `${outer}.${name}`) : [[`${outer}.${name}`, text]],
  )
}

const english = new Map(textsOf(speak('en').text))
// It names the currency in some languages only; its amounts are looked at below.
english.delete('.amounts.tooFine')

/** Values for a text that no words of ours hold. Of counts they are in the form of other numbers. */
function valuesFor(say: Say): unknown[] {
  const names = /^\(([^)]*)\)/.exec(String(say))?.[1]?.split(/,\s*/) ?? []
  return names.map((name, at) => (name === 'amounts' ? [`«${at}a»`, `«${at}b»`] : html`«${at}»`))
}

describe.each(others)('the texts in %s', (language) => {
  const texts = new Map(textsOf(speak(language).text))

  test('say each value that the English ones say', () => {
    const silent = [...english].flatMap(([path, text]) => {
      const said = texts.get(path)
      if (typeof text !== 'function' || typeof said !== 'function') return []
      const values = valuesFor(text)
      const spoken = (say: Say) => say(...values).toString()
      const missing = values
        .flat()
        .filter((value) => spoken(text).includes(String(value)) && !spoken(said).includes(String(value)))
      return missing.map((value) => `${path}: ${value}`)
    })
    expect(silent).toEqual([])
  })

  test('ask which amount is meant', () => {
    const { tooFine } = speak(language).text.amounts
    for (const digits of [0, 2, 3, 4]) {
      const asked = tooFine('name', 'ZAR', digits, ['«a»', '«b»'])
      expect(asked).toMatch(/«a».+«b»/)
      expect(asked).not.toContain('undefined')
    }
  })

  test('are not the English ones', () => {
    const same = [...english]
      .filter(([path, text]) => typeof text === 'string' && text === texts.get(path))
      .map(([path]) => path)
    const alike: Partial<Record<typeof language, string[]>> = {
      fr: ['.receipt.facts.date', '.document.facts.contact'],
      af: ['.debts.groups.later', '.transfer.facts.bank'],
    }
    expect(same).toEqual(
      ['.shell.comma', ...(alike[language] ?? [])].filter((path) => path !== '.shell.comma' || language !== 'ar'),
    )
  })

  test('are of the letters of the language', () => {
    const arabic = /\p{Script=Arabic}/u
    const wrong = [...texts].filter(
      ([, text]) => typeof text === 'string' && /\p{L}/u.test(text) && arabic.test(text) !== (language === 'ar'),
    )
    expect(wrong).toEqual([])
    expect(languageNames[language]).not.toBe('')
  })
})

describe('counts', () => {
  test('have the six forms of Arabic', () => {
    const { dueAgo, beyond } = speak('ar').text.debts
    const { more } = speak('ar').text.paying.review
    const forms = [1, 2, 3, 11, 100].map((days) => dueAgo('D', days).replace(String(days), 'N'))
    expect(new Set(forms).size).toBe(5)
    expect([1, 2, 3, 11, 100].map(more)).toEqual([
      'مستحق واحد آخر',
      'مستحقان آخران',
      '3 مستحقات أخرى',
      '11 مستحقًا آخر',
      '100 مستحق آخر',
    ])
    expect(new Set([1, 2, 3, 11, 100].map((count) => beyond(count, 1000).replace(String(count), 'N'))).size).toBe(5)
  })

  test.each([
    ['en', 'Due D, 1 day ago', 'Due D, 2 days ago'],
    ['fr', 'Échéance le D, il y a 1 jour', 'Échéance le D, il y a 2 jours'],
    ['af', 'Betaalbaar D, 1 dag gelede', 'Betaalbaar D, 2 dae gelede'],
    ['pt', 'Venceu a D, há 1 dia', 'Venceu a D, há 2 dias'],
  ] as const)('in %s: %s, %s', (language, one, two) => {
    const { dueAgo } = speak(language).text.debts
    expect([dueAgo('D', 1), dueAgo('D', 2)]).toEqual([one, two])
  })
})

const regions = [
  'ZA',
  'NA',
  'MZ',
  'AO',
  'CD',
  'SN',
  'KE',
  'TZ',
  'EG',
  'MA',
  'KW',
  'SA',
  'FR',
  'CH',
  'BR',
  'PT',
  'US',
  'GB',
  'IN',
  'JP',
]
const locales = [...new Set(languageTags.flatMap((tag) => regions.map((region) => speak(tag, region).locale)))]
const voices = languageTags.flatMap((tag) =>
  locales.filter((locale) => locale.startsWith(tag)).map((locale) => [locale, { ...speak(tag), locale }] as const),
)
const anyAmount = fc.oneof(
  fc.constantFrom(1n, 10n, 99n, 100n, 999n, 1000n, 1234n, 12_345n, 100_000n, 999_999n, 1_000_000n, 123_456_789n),
  fc.bigInt({ min: 1n, max: 1_000_000_000_000_000n }),
)

describe(`an amount that a page shows, typed back, is read as itself (AMOUNT_SEED=${seed})`, () => {
  test.each(voices)('in %s, in every currency', (locale, voice) => {
    for (const [index, currency] of keptCurrencyCodes().entries()) {
      fc.assert(
        fc.property(anyAmount, (amount) => {
          const shown = money(amount, currency, voice)
            .toString()
            .replaceAll(/<[^>]*>/g, '')
            .replaceAll('&#39;', "'")
          const forms = [shown, moneyText(amount, currency, voice), editableMoney(amount, currency, locale)]
          const read = forms.map((text) => [text, readAmount(text, currency, locale)])
          expect(read, `${currency} ${amount}`).toEqual(forms.map((text) => [text, { amount }]))
        }),
        { seed: seed + index, numRuns: 3 },
      )
    }
  })

  test('and the locales are those that there are data for, whatever the region', () => {
    const regionsOfAll = Array.from({ length: 26 * 26 }, (_, at) =>
      String.fromCharCode(65 + Math.floor(at / 26), 65 + (at % 26)),
    )
    const all = new Set(languageTags.flatMap((tag) => regionsOfAll.map((region) => speak(tag, region).locale)))
    expect(all.size).toBeLessThan(250)
    expect([...all].filter((locale) => new Intl.NumberFormat(locale).resolvedOptions().locale !== locale)).toEqual([])
  })
})
