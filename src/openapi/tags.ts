/** The groups of operations in the order of the reference, each with its sentence. */
export const tagTexts: Readonly<Record<string, string>> = {
  Customers: 'Who owes. A customer may carry one running balance itself.',
  Accounts: 'What a customer owes on separately: a product, a service, a cost centre. Each may have a balance.',
  Bills: 'One amount that is due, with a due date, on a customer or on one of its accounts.',
  Payments: 'Money that was received, and what became of it.',
  Obligations: 'One amount of one payment, applied to one customer, account or bill.',
  'Webhook endpoints': 'Where events are sent.',
  Settings: 'What the environment of the key may set.',
  Events: 'What is sent to webhook endpoints.',
}
