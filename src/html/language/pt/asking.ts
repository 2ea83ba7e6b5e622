import { html } from '../../html.ts'
import type { Catalogue } from '../catalogue.ts'

export const askingInPortuguese: Catalogue['asking'] = {
  asks: (merchant) => html`${merchant} pede-lhe que pague`,
  asksNamed: (name, merchant) => html`${name}, ${merchant} pede-lhe que pague`,
  wasPaid: 'Obrigado. Isto foi pago',
  moving: 'O seu banco ainda está a confirmar este pagamento. Não tem de fazer nada e, por favor, não pague outra vez.',
  ended: {
    title: 'Já não está aberto',
    heading: 'Já não pode pagar isto aqui',
    withdrawn: (merchant) => html`${merchant} retirou este pedido.`,
    wasOpenUntil: (date) => `Esteve aberto até ${date}.`,
    askAgain: (merchant) => html`Nada foi cobrado. Se ainda quiser pagar, peça um novo a ${merchant}.`,
  },
  unfit: {
    title: 'Não se pode pagar aqui',
    heading: 'Foi pedido este valor',
    detail: (merchant) =>
      html`Agora deve menos do que isso, por isso não pode ser pago aqui. Nada foi cobrado. Pergunte a ${merchant} quanto falta pagar.`,
  },
  seeReceipt: 'Ver o recibo',
  inTheKnownWay: (merchant) => html`Pague a ${merchant} da forma que conhece.`,
  quote: (reference) => html`Referência a indicar: <strong>${reference}</strong>`,
  backTo: (merchant) => html`Voltar a ${merchant}`,
  facts: { about: 'Para', reference: 'Referência', openUntil: 'Aberto até' },
}

export const lookUpInPortuguese: Catalogue['lookUp'] = {
  title: (merchant) => `Ver o que deve – ${merchant}`,
  heading: 'Ver o que deve',
  number: 'Número da fatura, da conta ou de cliente',
  asOnBill: 'Tal como está na sua fatura.',
  facts: { phone_last4: 'Últimos quatro algarismos do seu número de telefone', email: 'O seu endereço de e-mail' },
  asKnown: (merchant) => `Tal como ${merchant} o conhece.`,
  show: 'Mostrar o que devo',
  triedTooOften: 'Foram feitas demasiadas tentativas. Tente mais tarde, ou abra a ligação que recebeu.',
  nothingFound: 'Não encontrámos nada com estes dois dados. Verifique ambos, por favor.',
}
