import { z } from 'zod'
import { expecting } from '../../shapes/expected.ts'
import { freeText } from '../../shapes/primitives.ts'

/** Text that a page shows: in people's own words, and more than white space. */
export function shownText(max: number) {
  return freeText(max).refine((value) => value.trim() !== '', { error: 'should hold more than white space' })
}

const accentColor = expecting(z.string(), 'a color #rrggbb, such as #14508c')
  .regex(/^#[0-9a-fA-F]{6}$/)
  .meta({ maxLength: 7 })

const phone = expecting(z.string(), 'a phone number as people write it, such as +27 35 907 5000')
  .max(30, { abort: true })
  .regex(/^\+?[0-9][0-9 ()./-]{1,28}[0-9]$/)

const email = expecting(z.email(), 'an e-mail address, such as help@example.com').max(255)

const website = expecting(z.string(), 'an https address, such as https://example.com')
  .max(500, { abort: true })
  .refine(isWebsite, { error: 'should be an https address without a password, such as https://example.com' })
  .meta({ format: 'uri' })

function isWebsite(address: string): boolean {
  if (!/^https:\/\/[!-~]+$/i.test(address) || !URL.canParse(address)) return false
  const { username, password, hostname, port } = new URL(address)
  return username === '' && password === '' && hostname.includes('.') && port !== '0'
}

/** What a merchant says of itself; null takes it off the pages. */
export const faceFields = {
  legal_name: shownText(255).nullish().describe('The name of the company by law, at the foot of each page'),
  accent_color: accentColor
    .nullish()
    .describe('The color of links and buttons, such as #14508c; it needs a contrast of 4.5:1 with the page'),
  message: shownText(500).nullish().describe('Shown on the pages of what is owed'),
  phone: phone.nullish().describe('Whom payers call, as people write it, such as 035 907 5000'),
  email: email.nullish().describe('Whom payers write to'),
  website: website.nullish().describe('An https address, of which payers see the host'),
  how_to_pay: shownText(1000)
    .nullish()
    .describe('How else to pay, such as the bank account. Plain text; its line breaks are kept'),
}

export const shownFaceFields = {
  legal_name: z.string().max(255).optional(),
  accent_color: z
    .string()
    .regex(/^#[0-9a-f]{6}$/)
    .max(7)
    .optional(),
  message: z.string().max(500).optional(),
  phone: z.string().max(30).optional(),
  email: z.string().max(255).optional(),
  website: z.url().max(2_000).optional(),
  how_to_pay: z.string().max(1000).optional(),
  logo_url: z.url().max(2_000).optional().describe('Where the logo is served; it changes with the logo'),
}
