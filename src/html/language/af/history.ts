import { html } from '../../html.ts'
import type { Catalogue } from '../catalogue.ts'

export const historyInAfrikaans: Catalogue['history'] = {
  calendar: 'Sit dit in u kalender',
  title: 'Betalings tot dusver',
  takenBack: 'teruggeneem',
  partTakenBack: (amount) => html`${amount} daarvan teruggeneem`,
  refunded: 'terugbetaal',
  partRefunded: (amount) => html`${amount} daarvan terugbetaal`,
  none: 'Daar is geen.',
  last: (count) => `Dit is die laaste ${count}.`,
  back: 'Terug na wat verskuldig is',
  instantEft: (bank) => `Kits-EFT, ${bank}`,
  paycode: (ending) => `Betaalkode ${ending}`,
  isDue: (reference, merchant) => `Rekening ${reference} van ${merchant} is betaalbaar`,
}
