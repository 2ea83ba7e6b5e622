import { html } from '../../html.ts'
import type { Catalogue } from '../catalogue.ts'
import { pluralIn } from '../plural.ts'

const plural = pluralIn('pt')

export const debtsInPortuguese: Catalogue['debts'] = {
  heading: 'O que deve',
  headingIn: (currency) => `O que deve em ${currency}`,
  groups: {
    moving: 'A ser pago neste momento',
    overdue: 'Em atraso',
    today: 'Vence hoje',
    later: 'Mais tarde',
    undated: 'Sem data',
    running: 'Saldos correntes',
  },
  payTicked: 'Continuar com o que está assinalado',
  anotherAmount: 'Pagar outro valor',
  spreadHint: 'É usado primeiro para o que está em atraso, depois por data de vencimento. Vê a divisão antes de pagar.',
  showSplit: 'Mostrar a divisão',
  dueOn: (date) => `Vence a ${date}`,
  dueAgo: (date, days) =>
    plural(days, { one: `Venceu a ${date}, há ${days} dia`, other: `Venceu a ${date}, há ${days} dias` }),
  partMoving: (amount) => html`${amount} deste valor está a ser pago neste momento`,
  notTogether: 'Não se pode pagar em conjunto com outros',
  details: 'Detalhes',
  pages: (page, pages, count) => `Página ${page} de ${pages}, ${count} ao todo.`,
  previous: 'Anterior',
  next: 'Seguinte',
  beyond: (count, most) =>
    plural(count, {
      one: `A soma acima inclui mais ${count} além dos ${most} da lista. Aparecerá na lista quando estes estiverem pagos.`,
      other: `A soma acima inclui mais ${count} além dos ${most} da lista. Aparecerão na lista quando estes estiverem pagos.`,
    }),
}
