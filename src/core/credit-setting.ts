/** When credit of a customer is set off: only by a call, or also when a bill is raised and by the payer. */
export const creditSettings = ['manual', 'on_new_bill'] as const
export type CreditSetting = (typeof creditSettings)[number]
