import { accentOf } from './accent.ts'
import { type Style, styleOf } from './document.ts'
import { type Html, html, isolated } from './html.ts'
import type { Voice } from './language/voice.ts'
import { leftToRight } from './money.ts'

/** A logo that is stored. Width and height are in pixels. */
export type Logo = { sha256: string; width: number; height: number }

/** What a merchant says of itself on its pages besides its name; each where it is set. */
export type FaceTexts = {
  legal_name?: string
  /** `#rrggbb`. */
  accent_color?: string
  message?: string
  phone?: string
  email?: string
  website?: string
  how_to_pay?: string
}

/** How a merchant shows itself on its pages besides its name. */
export type Face = FaceTexts & { logo: Logo | null }

/** The path of a logo. It names the bytes, so what is there never changes. */
export function logoPath({ sha256 }: Pick<Logo, 'sha256'>): string {
  return `/logos/${sha256}`
}

/** The style that gives a page the accent of its merchant; `undefined` where it is the one of the style sheet. */
export function accentStyle(face: Face | undefined): Style | undefined {
  if (!face?.accent_color) return undefined
  const { light, dark } = accentOf(face.accent_color)
  const rule = ({ accent, on_accent, tint }: typeof light) =>
    `:root{--accent:${accent};--on-accent:${on_accent};--tint:${tint}}`
  return styleOf(`${rule(light)}@media (prefers-color-scheme:dark){${rule(dark)}}`)
}

/** The colors that the frame of the browser takes. */
export function themeColors(face: Face | undefined): Html | undefined {
  if (!face?.accent_color) return undefined
  const { light, dark } = accentOf(face.accent_color)
  return html`<meta name="theme-color" content="${light.accent}">
<meta name="theme-color" media="(prefers-color-scheme:dark)" content="${dark.tint}">
`
}

// How large a logo is shown at most. Its ground is white in dark colors too: most are drawn for white paper.
const logoWidthMax = 120
const logoHeightMax = 40

/** The line above a page: the logo or the first letter, and the name. */
export function merchantLine(name: string, face: Face | undefined): Html {
  const [initial = ''] = [...name.trim()]
  const mark = face?.logo
    ? logoImage(face.logo)
    : html`<span class="mark" aria-hidden="true">${initial.toUpperCase()}</span>`
  return html`<p class="merchant">${mark}<span class="name">${isolated(name)}</span></p>\n`
}

function logoImage(logo: Logo): Html {
  const scale = Math.min(1, logoWidthMax / logo.width, logoHeightMax / logo.height)
  const [width, height] = [logo.width, logo.height].map((side) => Math.max(1, Math.round(side * scale)))
  return html`<img class="logo" src="${logoPath(logo)}" width="${width}" height="${height}" alt="">`
}

/** Below a page: whose it is by law, and whom to ask. `undefined` where nothing of it is set. */
export function contactLines(face: Face | undefined, voice: Voice): Html | undefined {
  if (!face) return undefined
  const { legal_name, phone, email, website } = face
  const ways = [
    phone && html`<a href="tel:${phone.replaceAll(/[^+\d]/g, '')}">${leftToRight(phone, voice)}</a>`,
    email && html`<a href="mailto:${email}">${email}</a>`,
    website && html`<a href="${website}">${new URL(website).host}</a>`,
  ].filter((one) => one !== undefined && one !== '')
  if (!legal_name && ways.length === 0) return undefined
  return html`<div class="contact">${legal_name && html`<p>${isolated(legal_name)}</p>`}${ways.length > 0 && html`<p>${ways}</p>`}${
    phone && html`<p>${voice.text.shell.checkNumber}</p>`
  }</div>`
}
