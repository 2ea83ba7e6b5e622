import { z } from 'zod'
import { expecting } from './expected.ts'
import { freeText, maxAmountNumber } from './primitives.ts'

// What a bill is for, in the merchant's words: for the payer, and never part of a rule of money, except that the lines sum to
// amount_due.

const descriptionMax = 500
const documentUrlMax = 500
const labelMax = 120
const linesMax = 50
// As JSON. It is what 50 lines of 120 characters of ASCII take, with room to spare: an event of a bill stays below 20 kB.
const linesBytesMax = 9_000

const lineAmount = expecting(
  z.int(),
  'a whole number of minor units, such as 2000 for R 20.00, or -500 for a reduction',
)
  .min(-maxAmountNumber)
  .max(maxAmountNumber)
  .describe('Signed minor units: a reduction is negative')

const line = z
  .strictObject({ label: freeText(labelMax).min(1).describe('Such as Water, 12 kl'), amount: lineAmount })
  .meta({ id: 'NewBillLine' })

/** What a bill is for, as it is sent. */
export const description = freeText(descriptionMax).describe('What the bill is for, in your words: the payer reads it')

/** The lines of a bill as they are sent. That they sum to `amount_due` is for the caller to look at. */
export const billLines = expecting(
  z.array(line),
  'a list of lines, such as [{ "label": "Water, 12 kl", "amount": 2000 }]',
)
  .min(1)
  .max(linesMax)
  .refine((lines) => Buffer.byteLength(JSON.stringify(lines)) <= linesBytesMax, {
    error: `should have at most ${linesBytesMax} bytes in all: shorten the labels`,
  })
  .describe(`What the amount is made of. They sum to \`amount_due\`, and have at most ${linesBytesMax} bytes as JSON`)

/** Where the document of a bill is, as it is sent. Which addresses are allowed is for the caller to look at. */
export const documentUrl = expecting(z.url(), 'an absolute address, such as https://example.com/bills/42.pdf')
  .max(documentUrlMax)
  .describe('Where the payer finds the bill itself: a public https address; in local mode also a loopback address')

/** What a bill is for, as answers and events show it. */
export const shownParticulars = {
  description: z.string().max(descriptionMax).optional().describe('What it is for'),
  lines: z
    .array(
      z
        .object({ label: z.string().max(labelMax), amount: z.int().min(-maxAmountNumber).max(maxAmountNumber) })
        .meta({ id: 'BillLine' }),
    )
    .max(linesMax)
    .optional()
    .describe('What amount_due is made of, in signed minor units'),
  document_url: z.string().max(documentUrlMax).optional().describe('Where the bill itself is'),
}
