import type { LanguageTag } from './languages.ts'

/** The forms of a text for counts, by the categories of CLDR; a language needs those that its rules tell apart. */
export type PluralForms = Partial<Record<Intl.LDMLPluralRule, string>> & { other: string }

/** Makes the function of a language that picks the form for a count. */
export function pluralIn(language: LanguageTag): (count: number, forms: PluralForms) => string {
  const rules = new Intl.PluralRules(language)
  return (count, forms) => forms[rules.select(count)] ?? forms.other
}
