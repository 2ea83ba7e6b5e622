import { html } from '../../html.ts'
import type { Catalogue } from '../catalogue.ts'

export const historyInZulu: Catalogue['history'] = {
  calendar: 'Kufake ekhalendeni lakho',
  title: 'Izinkokhelo kuze kube manje',
  takenBack: 'kubuyisiwe',
  partTakenBack: (amount) => html`${amount} yakho ibuyisiwe`,
  refunded: 'kubuyiselwe kuwe',
  partRefunded: (amount) => html`${amount} yakho ibuyiselwe kuwe`,
  none: 'Azikho.',
  last: (count) => `Lezi ngezokugcina ezingu-${count}.`,
  back: 'Buyela kulokho okukweletwayo',
  instantEft: (bank) => `I-EFT esheshayo, ${bank}`,
  paycode: (ending) => `Ikhodi yokukhokha ${ending}`,
  isDue: (reference, merchant) => `I-akhawunti ${reference} ye-${merchant} kufanele ikhokhwe`,
}
