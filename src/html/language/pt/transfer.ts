import { html } from '../../html.ts'
import type { Catalogue } from '../catalogue.ts'

export const transferInPortuguese: Catalogue['transfer'] = {
  way: 'Transferência bancária',
  toPay: 'Continuar para o pagamento',
  heading: (merchant) => html`Transfira este valor para ${merchant}`,
  how: (merchant) =>
    html`Faça esta transferência no seu banco. Escreva a referência exatamente como está aqui: é por ela que ${merchant} reconhece o seu pagamento.`,
  facts: {
    holder: 'Titular da conta',
    bank: 'Banco',
    number: 'Número da conta',
    branch: 'Código do balcão',
    reference: 'Referência',
  },
  once: (merchant) => html`Depois de a enviar, avise ${merchant}. O que deve fica igual até o dinheiro chegar.`,
  sent: 'Já paguei',
  back: 'Voltar',
  announced: {
    status: 'Ainda não chegou',
    heading: 'Disse que enviou',
    detail: (merchant, date) =>
      html`Avisou ${merchant} em ${date}. Não precisa de fazer mais nada. O valor continua em dívida até o dinheiro chegar, o que pode demorar alguns dias úteis.`,
  },
  settled: { status: 'Pago', heading: 'Obrigado. Este valor chegou' },
  expired: {
    heading: 'Esta referência terminou',
    detail: (date) =>
      `Podia ser usada até ${date}. Se enviou dinheiro com ela, ele ainda é encontrado. Caso contrário, volte atrás e escolha de novo a transferência bancária.`,
  },
  gone: {
    heading: 'A transferência bancária já não está disponível aqui',
    detail: (merchant) =>
      html`Se já enviou o dinheiro, não precisa de fazer nada. Caso contrário, escolha outra forma de pagar ou pergunte a ${merchant}.`,
  },
  noted: (amount, reference, date) =>
    html`Uma transferência bancária de <strong>${amount}</strong> com a referência ${reference} foi anunciada em ${date}. Ainda não chegou, por isso não está descontada aqui.`,
  seeDetails: 'Ver os dados bancários',
}
