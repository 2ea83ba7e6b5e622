import type { Break } from './breaks.ts'

const lines = "json_array_length(facts->'lines') > 0"
const set = (path: string, value: string) =>
  `update receipt set facts = jsonb_set(facts::jsonb, '${path}', '${value}')::json where ${lines}`

export const receiptBreaks: Break[] = [
  ['a payment of a page without a receipt', 'I14', 'receipt', `delete from receipt where ${lines}`],
  ['a receipt of another amount', 'I14', 'receipt', set('{amount}', '1')],
  ['a receipt in another currency', 'I14', 'receipt', set('{currency}', '"USD"')],
  ['a receipt whose lines do not sum to it', 'I14', 'receipt', set('{unapplied_amount}', '1')],
  [
    'a receipt of what was not applied',
    'I14',
    'receipt',
    set('{lines,0,receivable_id}', '"00000000-0000-0000-0000-000000000000"'),
  ],
  [
    'a receipt that says nobody of a customer who is known',
    'I14',
    'receipt',
    `update receipt set personal = null where ${lines}`,
  ],
  [
    'a receipt that names more lines than it has',
    'I14',
    'receipt',
    `update receipt set personal = jsonb_set(personal::jsonb, '{lines}', '[]')::json where ${lines}`,
  ],
  [
    'a receipt that says who was pseudonymised',
    'I14',
    'receipt',
    `update receipt set personal = json_build_object('lines', facts->'lines') where personal is null`,
  ],
]
