/** The groups of operations in the order of the reference, each with its sentence. */
export const tagTexts: Readonly<Record<string, string>> = {
  Customers: 'People and businesses that owe. A customer may have one running balance of its own.',
  Accounts: 'What a customer owes for separately: a product, a service, a cost centre. Each may have a balance.',
  Bills: 'One amount that is due, with a due date, on a customer or on one of its accounts.',
  Payments: 'Money that was received, and how it was applied.',
  Obligations: 'One amount of one payment, applied to one customer, account or bill.',
  Search: 'Finding customers, accounts, bills, payments and payment requests by what is known of them.',
  Refunds: 'Money of a payment that is sent back, by hand or through its processor.',
  Settlements: 'What processors pay to the bank of the merchant, with what it is made of, and what they still owe.',
  'Webhook endpoints': 'Where events are sent.',
  'Webhook deliveries': 'What was sent to which endpoint, attempt by attempt, and sending it again.',
  'Event feed': 'All events in one order, for whoever asks.',
  Settings: 'The settings of the environment of the key.',
  Processors: 'The payment services that take the money of payers.',
  'Payment requests': 'An amount that a payer is asked for, with a page to pay it at.',
  'Payment sessions': 'An amount that a page of the merchant hands over to be paid.',
  Events: 'What is sent to webhook endpoints.',
}
