import { html } from '../../html.ts'
import type { Catalogue } from '../catalogue.ts'
import { pluralIn } from '../plural.ts'

const plural = pluralIn('pt')
const inDays = (days: number) => plural(days, { one: `${days} dia`, other: `${days} dias` })

export const owedInPortuguese: Catalogue['owed'] = {
  titles: {
    pay: (merchant) => `Pagar a ${merchant}`,
    nothing: (merchant) => `Nada a pagar – ${merchant}`,
    error: (title) => `Erro: ${title}`,
  },
  allOf: { customer: 'Tudo o que deve', account: 'Tudo desta conta' },
  youOwe: 'Deve',
  namedOwes: (name) => html`${name}, deve`,
  dueToday: 'Vence hoje',
  dueIn: (days, date) => `Vence em ${inDays(days)}, a ${date}`,
  overdueSince: (date, days) => html`<strong>Em atraso</strong> desde ${date}, ${inDays(days)}`,
  sumOverdue: (sum, date) => html`<strong>${sum} em atraso</strong> desde ${date}.`,
  withdrawn: { heading: 'Esta fatura foi anulada', detail: 'Não tem de a pagar.' },
  paid: { heading: 'Esta fatura está paga', detail: 'Obrigado. Não tem de fazer nada.' },
  settled: { heading: 'Esta fatura está liquidada', detail: 'Não resta nada a pagar.' },
  nothing: { heading: 'Nada a pagar', detail: 'Não deve nada. Obrigado.' },
  onItsWay: (sum) => html`<strong>${sum} a caminho.</strong>
O seu banco ainda não confirmou este pagamento. Não tem de o pagar outra vez.`,
  inCredit: (sum) => html`Tem <strong>${sum} a seu crédito</strong>.`,
  held: (merchant, sum) => html`${merchant} tem <strong>${sum}</strong> seus que ainda não foram usados.`,
  notTakenOff: 'Este valor não está descontado acima.',
  useCredit: (sum) => html`Usar ${sum} do meu crédito`,
  creditUsed: (sum) =>
    html`<strong>Foram usados ${sum} do seu crédito.</strong> Este valor foi descontado do que devia.`,
  creditNotUsed: 'Entretanto algo mudou, por isso nada do seu crédito foi usado. Veja outra vez os valores.',
  payEverything: (sum) => html`Pagar tudo, ${sum}`,
  payAllPossible: (sum) => html`Pagar tudo o que se pode pagar aqui, ${sum}`,
  choose: 'Escolher o que pagar',
  payMore: 'Pagar mais agora mesmo assim',
  payInAdvance: 'Pagar adiantado',
  onlyWhole: (open, most, merchant) =>
    html`O valor de ${open} só pode ser pago por inteiro, e não se pode pagar online mais de ${most} de uma só vez. Contacte ${merchant} para o pagar.`,
  notOnline: (merchant) => html`O pagamento online não está disponível aqui. Pague a ${merchant} da forma que conhece.`,
  pageEnds: (date) => `Pesquisou esta informação: a página expira a ${date}.`,
  howToPay: 'Como pagar',
  otherWays: 'Outras formas de pagar',
  otherWaysTo: (merchant) => `Outras formas de pagar a ${merchant}`,
  backToOwed: 'Voltar ao que é devido',
  quoteOf: {
    customer: (reference) => html`Referência a indicar: <strong>${reference}</strong> (o seu número de cliente)`,
    account: (reference) => html`Referência a indicar: <strong>${reference}</strong> (o seu número de conta)`,
    bill: (reference) => html`Referência a indicar: <strong>${reference}</strong> (o seu número da fatura)`,
  },
  seeBill: 'Ver a fatura (documento)',
  madeOf: (lines) =>
    plural(lines, { one: `Em que consiste, ${lines} linha`, other: `Em que consiste, ${lines} linhas` }),
  amountToPay: 'Valor a pagar',
  pay: (amount) => html`Pagar ${amount}`,
  toCard: 'Continuar para o pagamento com cartão',
  limits: {
    between: (least, most) => html`De ${least} até ${most}`,
    upTo: (most) => html`Até ${most}`,
    from: (least) => html`A partir de ${least}`,
    any: 'Qualquer valor',
  },
  facts: {
    billedTo: 'Faturado a',
    account: 'Conta',
    numbers: { customer: 'Número de cliente', account: 'Número de conta', bill: 'Número da fatura' },
    billDate: 'Data da fatura',
    due: 'Vencimento',
    billTotal: 'Total da fatura',
    added: 'Acrescentado',
    takenOff: 'Descontado',
    alreadyPaid: 'Já pago',
    writtenOff: 'Deixou de ser cobrado',
  },
  refused: {
    nothingTicked: 'Assinale primeiro o que quer pagar.',
    nothingInCurrency: 'Nada é devido nesta moeda. Nada foi cobrado.',
    goneMeanwhile: 'O que escolheu já não é devido, ou não pode ser pago aqui. Nada foi cobrado.',
    severalCurrencies: 'Um pagamento é feito numa só moeda. Assinale dívidas de uma delas.',
    tooMuch: 'Isto é mais do que um pagamento permite. Assinale menos dívidas e pague as outras depois.',
    notOnline: 'O pagamento online não está disponível aqui.',
    openTooLong: 'Esta página esteve aberta mais de um dia. Nada foi cobrado agora. Verifique o valor e depois pague.',
    notThisAmount: 'Este valor não pode ser pago online aqui. Nada foi cobrado agora.',
    notCharged: 'Nada foi cobrado agora.',
    nothingLeft: 'Não resta nada a pagar aqui. Nada foi cobrado agora.',
    alreadyStarted: (amount) =>
      `Já começou a pagar ${amount} a partir desta página. Nada mais foi cobrado. Verifique o valor e depois pague.`,
  },
}
