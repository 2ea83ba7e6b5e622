import { html } from '../../html.ts'
import type { Catalogue } from '../catalogue.ts'

export const debtsInSwahili: Catalogue['debts'] = {
  heading: 'Unachodaiwa',
  headingIn: (currency) => `Unachodaiwa kwa ${currency}`,
  groups: {
    moving: 'Inalipwa sasa hivi',
    overdue: 'Imechelewa',
    today: 'Inapaswa kulipwa leo',
    later: 'Baadaye',
    undated: 'Bila tarehe',
    running: 'Salio zinazoendelea',
  },
  payTicked: 'Endelea na ulivyoweka alama',
  anotherAmount: 'Lipa kiasi kingine',
  spreadHint: 'Hutumika kwanza kwa kilichochelewa, kisha kwa tarehe ya kulipa. Unaona mgawanyo kabla ya kulipa.',
  showSplit: 'Onyesha mgawanyo',
  dueOn: (date) => `Ya kulipwa ${date}`,
  dueAgo: (date, days) => `Ilipaswa kulipwa ${date}, siku ${days} zilizopita`,
  partMoving: (amount) => html`${amount} yake inalipwa sasa hivi`,
  notTogether: 'Haiwezi kulipwa pamoja na nyingine',
  details: 'Maelezo',
  pages: (page, pages, count) => `Ukurasa ${page} kati ya ${pages}, jumla ${count}.`,
  previous: 'Uliotangulia',
  next: 'Unaofuata',
  beyond: (count, most) =>
    `Jumla iliyo hapo juu ina madeni ${count} zaidi ya ${most} yaliyoorodheshwa. Yataorodheshwa haya yakishalipwa.`,
}
