import { html } from '../../html.ts'
import type { Catalogue } from '../catalogue.ts'

export const historyInSwahili: Catalogue['history'] = {
  calendar: 'Weka kwenye kalenda yako',
  title: 'Malipo hadi sasa',
  takenBack: 'yamerudishwa',
  partTakenBack: (amount) => html`${amount} yake imerudishwa`,
  refunded: 'yamerejeshwa kwako',
  partRefunded: (amount) => html`${amount} yake imerejeshwa kwako`,
  none: 'Hakuna.',
  last: (count) => `Haya ni ${count} ya mwisho.`,
  back: 'Rudi kwenye deni',
  instantEft: (bank) => `EFT ya papo hapo, ${bank}`,
  paycode: (ending) => `Msimbo wa malipo ${ending}`,
  isDue: (reference, merchant) => `Bili ${reference} ya ${merchant} inatakiwa kulipwa`,
}
