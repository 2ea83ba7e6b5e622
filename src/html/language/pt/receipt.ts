import { html } from '../../html.ts'
import type { Catalogue } from '../catalogue.ts'

export const receiptInPortuguese: Catalogue['receipt'] = {
  paidTitle: 'Pago',
  unneededTitle: 'Não era necessário',
  paid: 'Pago',
  unneeded: 'Recebido, e não era necessário',
  takenBackTitle: 'Retirado',
  paidAndTakenBack: 'Pago, e retirado',
  youPaid: 'Obrigado. Pagou',
  weReceived: 'Recebemos',
  facts: {
    paidTo: 'Pago a',
    billedTo: 'Faturado a',
    date: 'Data',
    paidWith: 'Pago com',
    currency: 'Moeda',
    payment: 'Pagamento',
    owedAfter: 'Em dívida após este pagamento',
    creditAfter: 'Crédito após este pagamento',
  },
  partPaid: 'pago',
  left: (amount) => html`faltam ${amount}`,
  inAdvance: 'pago adiantado',
  inFull: 'totalmente pago',
  notNeeded: (amount) => html`${amount} deste valor não eram necessários.`,
  usedSince: 'Desde então foi usado ou devolvido.',
  holdsAll: (merchant) =>
    html`${merchant} guarda este valor para si: peça-o de volta, ou será usado no que vier a dever.`,
  holdsPart: (merchant, amount) =>
    html`${merchant} ainda guarda ${amount} para si: peça-os de volta, ou serão usados no que vier a dever.`,
  causes: {
    withdrawn: (name) => html`${name}: tinha sido anulado.`,
    part: (name) => html`${name}: uma parte já tinha sido paga, ou descontada.`,
    whole: (name) => html`${name}: já tinha sido pago, ou descontado.`,
  },
  takenBack: (merchant, amount, name, date) =>
    html`<strong>Desde então:</strong> ${merchant} retirou ${amount} de ${name} a ${date}.`,
  refunded: (merchant, amount) =>
    html`<strong>Desde então:</strong> ${merchant} reembolsou-lhe ${amount} deste pagamento.`,
  bankTookBack: (amount, date) =>
    html`<strong>O banco retirou ${amount} a ${date}.</strong> O que tinha sido pago está de novo em dívida.`,
  paidBefore: (merchant) =>
    html`<strong>Isto já tinha sido pago.</strong> ${merchant} também tem este dinheiro: peça-o de volta.`,
  seeLeft: 'Ver o que falta pagar',
  keep: 'Guardar o recibo',
}
