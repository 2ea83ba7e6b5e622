import { z } from 'zod'
import { expecting } from '../../../shapes/expected.ts'
import { freeText, text } from '../../../shapes/primitives.ts'
import { isIban, plainIban } from './iban.ts'

const ibanExample = 'GB33 BUKB 2020 1555 5555 55'

const iban = expecting(text(50), `an IBAN such as ${ibanExample}`)
  .transform(plainIban)
  .refine(isIban, { error: `should be an IBAN whose check digits are right, such as ${ibanExample}` })
const bic = expecting(text(20), 'a BIC such as BUKBGB22XXX')
  .transform((sent) => sent.trim().toUpperCase())
  .refine((sent) => /^[A-Z0-9]{4}[A-Z]{2}[A-Z0-9]{2}(?:[A-Z0-9]{3})?$/.test(sent), {
    error: 'should be a BIC of 8 or 11 characters, such as BUKBGB22XXX',
  })
// Only what people type: how many digits an account has, and which of them check the others, each bank knows for itself.
const plainNumber = (example: string) =>
  expecting(text(40), `a number such as ${example}`).refine(
    (sent) => /^[0-9A-Za-z](?:[ ./-]?[0-9A-Za-z])*$/.test(sent),
    {
      error: `should be letters and digits, in groups if you like, such as ${example}`,
    },
  )

/** The bank account that payers transfer to, as it is sent: with an IBAN, or with the number that the country uses. */
export const bankAccount = expecting(
  z.strictObject({
    holder: freeText(140).min(1).describe('Whose account it is, as the bank knows it'),
    bank_name: freeText(140).min(1),
    iban: iban.optional(),
    account_number: plainNumber('62 0000 00000').optional().describe('Where the account has no IBAN'),
    bic: bic.optional(),
    branch_code: plainNumber('250655').optional(),
    instructions: freeText(500).min(1).optional().describe('What payers are told besides'),
  }),
  'an object such as { "holder": "Acme Water", "bank_name": "First Bank", "account_number": "62000000000" }',
)
  .refine((account) => (account.iban === undefined) !== (account.account_number === undefined), {
    error: 'should have one of iban and account_number',
  })
  .meta({ id: 'BankAccount' })

/** The bank account that payers transfer to, as it is stored and shown. Nothing of it is secret. */
export type BankAccount = z.output<typeof bankAccount>

/** As the API shows it. */
export const shownBankAccount = z
  .object({
    holder: z.string().max(140),
    bank_name: z.string().max(140),
    iban: z.string().max(34).optional(),
    account_number: z.string().max(40).optional(),
    bic: z.string().max(11).optional(),
    branch_code: z.string().max(40).optional(),
    instructions: z.string().max(500).optional(),
  })
  .describe('The account that payers transfer to, of bank_transfer')
  .meta({ id: 'ShownBankAccount' })
