/** The languages that pages speak. Each has its texts in the folder of its tag. */
export const languageTags = ['en', 'fr', 'af', 'pt', 'ar', 'zu', 'sw'] as const
export type LanguageTag = (typeof languageTags)[number]

/** Those that are offered unless the settings say otherwise. The texts of the others, `zu` and `sw`, have not been reviewed. */
export const defaultLanguages: readonly LanguageTag[] = ['en', 'fr', 'af', 'pt', 'ar']

/** What each language is called by those who read it. */
export const languageNames: Readonly<Record<LanguageTag, string>> = {
  en: 'English',
  fr: 'Français',
  af: 'Afrikaans',
  pt: 'Português',
  ar: 'العربية',
  zu: 'isiZulu',
  sw: 'Kiswahili',
}
