import { type AuditedValues, type Difference, differenceOf, fingerprinted } from '../../audit/values.ts'
import type { AppContext } from '../../context.ts'
import type { Rows } from './rows.ts'

type Changed = Rows[keyof Rows]

/** What a change has left otherwise of a customer, an account or a bill. Its money is in the ledger. */
export function auditedDifference<Row extends Changed>(
  { vault }: Pick<AppContext, 'vault'>,
  before: Row,
  after: Row,
): Difference {
  const values = (row: Changed): AuditedValues => ({
    ...fingerprinted(vault, row.id, personalOf(row)),
    ...plainOf(row),
  })
  return differenceOf(values(before), values(after))
}

/** Who it is of and what merchants write about it: such fields are personal even where they need not be. */
function personalOf(row: Changed): AuditedValues {
  const { metadata } = row
  if (row.kind === 'customer') return { name: row.name, email: row.email, phone: row.phone, metadata }
  if (row.kind === 'account') return { name: row.name, metadata }
  return { description: row.description, lines: row.lines, document_url: row.document_url, metadata }
}

function plainOf(row: Changed): AuditedValues {
  const { currency, payment_rules } = row
  if (row.kind === 'customer') return { locale: row.locale, currency, payment_rules }
  if (row.kind === 'account') return { currency, payment_rules }
  return { bill_date: row.bill_date, due_date: row.due_date, payment_rules }
}
