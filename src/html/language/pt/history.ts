import { html } from '../../html.ts'
import type { Catalogue } from '../catalogue.ts'

export const historyInPortuguese: Catalogue['history'] = {
  calendar: 'Colocar no seu calendário',
  title: 'Pagamentos até agora',
  takenBack: 'retirado',
  partTakenBack: (amount) => html`${amount} retirado`,
  refunded: 'reembolsado',
  partRefunded: (amount) => html`${amount} reembolsado`,
  none: 'Não há nenhum.',
  last: (count) => `Estes são os últimos ${count}.`,
  back: 'Voltar ao que é devido',
  instantEft: (bank) => `Transferência imediata, ${bank}`,
  paycode: (ending) => `Código de pagamento ${ending}`,
  isDue: (reference, merchant) => `A fatura ${reference} de ${merchant} vence`,
}
