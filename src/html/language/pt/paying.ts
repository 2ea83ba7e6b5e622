import { html } from '../../html.ts'
import type { Catalogue } from '../catalogue.ts'

const declines: Catalogue['paying']['declines'] = {
  insufficient_funds: 'O cartão não tem saldo suficiente.',
  generic_decline: 'O banco recusou o cartão sem dizer porquê.',
  expired_card: 'O cartão está caducado.',
  incorrect_cvc: 'O código de segurança não corresponde ao cartão.',
  lost_card: 'O banco recusou o cartão. Use outro, por favor.',
  authentication_failed: 'O banco não conseguiu confirmar a sua identidade.',
  processing_error: 'O banco não conseguiu concluir o pagamento.',
  refused_by_bank: 'O banco recusou o pagamento.',
  refused_by_payer: 'Foi recusado no banco.',
  superseded: 'Entretanto foram iniciados outros pagamentos.',
}

export const payingInPortuguese: Catalogue['paying'] = {
  review: {
    title: (merchant) => `Verificação – ${merchant}`,
    movedTitle: (merchant) => `Verifique novamente, por favor – ${merchant}`,
    aboutToPay: 'Vai pagar',
    unused: (amount) =>
      html`${amount} do que indicou fica de fora: o resto do que deve não pode ser pago aqui em parte.`,
    stillOwed: (amount) => html`Depois disto ainda deve ${amount}.`,
    nothingMore: (currency) => `Depois disto já não deve nada em ${currency}.`,
    change: 'Alterar',
    more: (count) => `mais ${count}`,
    overdue: 'em atraso',
    today: 'vence hoje',
    inPart: 'em parte',
    inAdvance: 'adiantado',
    moved: 'Isto mudou desde que viu a página',
    isNow: (name, amount) => html`${name}: agora ${amount}.`,
    isNowAndWas: (name, amount, before) => html`${name}: agora ${amount}, antes ${before}.`,
    notOwed: (amount) => html`${amount} já não é devido.`,
    wasInAll: (sum) => html`Era ${sum} ao todo. Nada foi cobrado. Verifique e depois pague.`,
  },
  moving: {
    status: 'A caminho',
    heading: 'Ainda não confirmado',
    detail:
      'O seu banco ainda está a confirmar este pagamento. Não tem de fazer nada e, por favor, não pague outra vez. Pode fechar esta página.',
  },
  held: {
    status: 'Reservado',
    heading: 'Reservado no seu cartão',
    detail:
      'Ainda nada foi retirado. O que for usado será retirado mais tarde, e o resto será libertado. Não tem de fazer nada.',
  },
  released: {
    status: 'Não retirado',
    heading: 'Já não está reservado',
    detail: 'Nada foi retirado: o montante reservado no seu cartão foi libertado.',
  },
  unfinished: {
    status: 'Ainda não pago',
    heading: 'Não terminou o pagamento',
    detail: 'Nada foi retirado do seu cartão. Se acabou de pagar, verifique novamente dentro de momentos.',
  },
  failed: {
    status: 'Não pago',
    heading: 'O pagamento não foi concluído',
    calledOff: 'Foi cancelado.',
    elsewhere: 'Recomeçou noutro lado.',
    notInTime: 'Não foi terminado a tempo.',
    nothingTaken: 'Nada foi cobrado.',
    wasFor: (name) => html`Estava a pagar: ${name}.`,
    wasForMore: (name, count) => html`Estava a pagar: ${name} e mais ${count}.`,
  },
  declines,
  refreshes: 'Esta página atualiza-se sozinha.',
  checkAgain: 'Verificar novamente',
  seeOwed: 'Ver o que deve',
  tryAgain: (amount) => html`Tentar pagar ${amount} outra vez`,
  another: 'Pagar outro valor',
}
