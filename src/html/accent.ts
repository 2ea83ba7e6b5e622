import { contrastOf, mixColors } from '../core/color.ts'

// The grounds of style.css that links and buttons stand on.
const lightPage = '#f4f5f7'
const darkCard = '#19212a'
const darkInk = '#10151b'

/** What WCAG 2.2 AA asks of text and of what can be clicked. */
const contrastMin = 4.5
const step = 0.02

/** The accent as it is used on light pages and on dark ones, each with a text on it and a tint behind it. */
export type Accent = Record<'light' | 'dark', { accent: string; on_accent: string; tint: string }>

/**
 * The colors of pages with the accent `#rrggbb` of a merchant. On light pages it is used as it is, with white on it. On dark
 * ones white is mixed into it until it can be read there, with near-black on it.
 */
export function accentOf(color: string): Accent {
  let accent = color
  for (let share = step; contrastOf(accent, darkTint(accent)) < contrastMin; share += step) {
    accent = mixColors(color, '#ffffff', share)
  }
  return {
    // Of such a share of an accent that can be read on the page the tint is no darker than the page.
    light: { accent: color, on_accent: '#ffffff', tint: mixColors('#ffffff', color, 0.04) },
    dark: { accent, on_accent: darkInk, tint: darkTint(accent) },
  }
}

function darkTint(accent: string): string {
  return mixColors(darkCard, accent, 0.1)
}

/** Why a color cannot be an accent, in a sentence that names the contrast it has and a darker one; `undefined` when it can. */
export function accentFault(color: string): string | undefined {
  const contrast = contrastOf(color, lightPage)
  if (contrast >= contrastMin) return undefined
  let darker = color
  for (let share = step; contrastOf(darker, lightPage) < contrastMin; share += step) {
    darker = mixColors(color, '#000000', share)
  }
  // Rounded down, so that what is refused never reads as enough.
  const shown = (Math.floor(contrast * 100) / 100).toFixed(2)
  return `has a contrast of ${shown}:1 with the page behind its links, and needs ${contrastMin}:1: send a darker one, such as ${darker}`
}
