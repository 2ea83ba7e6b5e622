import type { Catalogue } from '../catalogue.ts'

export const documentInPortuguese: Catalogue['document'] = {
  receipt: 'Recibo',
  title: (merchant) => `Recibo – ${merchant}`,
  test: 'Recibo de teste. Não houve movimento de dinheiro real.',
  youPaid: 'Pagou',
  facts: { number: 'Número do recibo', legalName: 'Empresa', contact: 'Contacto' },
  unnamed: { bill: 'Fatura', account: 'Conta' },
  left: (amount) => `depois faltam pagar ${amount}`,
  inCredit: (amount) => `depois, crédito de ${amount}`,
  line: 'O que foi pago',
  amount: 'Valor',
  asAsked: 'Conforme pedido',
  notNeeded: (amount, merchant) =>
    `${amount} deste valor não eram necessários. ${merchant} guardou-os para si: peça-os de volta, ou serão usados no que vier a dever.`,
  causes: {
    withdrawn: (name) => `${name}: tinha sido anulado.`,
    part: (name) => `${name}: uma parte já tinha sido paga, ou descontada.`,
    whole: (name) => `${name}: já tinha sido pago, ou descontado.`,
  },
  since: {
    heading: 'Desde então',
    takenBack: (date, amount, name, merchant) => `${date}: ${merchant} retirou ${amount} de ${name}.`,
    reversed: (date, amount) => `${date}: foram retirados ${amount} deste pagamento.`,
    cameBack: (date, amount) => `${date}: ${amount} deste pagamento voltaram.`,
    refunded: (date, amount) => `${date}: foram-lhe reembolsados ${amount} deste pagamento.`,
    refundFailed: (date, amount, merchant) =>
      `${date}: um reembolso de ${amount} não chegou. O dinheiro voltou a ${merchant}.`,
    movedOn: (date, amount, merchant) =>
      `${date}: ${merchant} transferiu ${amount} deste pagamento para outro cliente.`,
    used: (date, amount) => `${date}: ${amount} deste pagamento foram usados noutra coisa que era devida.`,
  },
  save: 'Guardar o recibo (PDF)',
  print: 'Imprima esta página, ou guarde-a como PDF a partir do seu navegador.',
  keep: 'Guarde o endereço desta página: o recibo fica aqui.',
  verify: 'Leia este código para ver que o recibo é verdadeiro.',
  page: (page, pages) => `Página ${page} de ${pages}`,
  send: {
    heading: 'Enviar para mim',
    hint: 'É usado apenas para este recibo.',
    button: 'Enviar o recibo',
    wrong: 'Introduza um endereço de e-mail, como name@example.com.',
    tooMany: 'Este recibo já foi enviado ao número máximo de endereços.',
    sent: 'Estamos a enviá-lo. Deverá chegar dentro de alguns minutos.',
    told: (merchant) => `Avisámos ${merchant}, que o enviará.`,
  },
  message: {
    subject: (merchant, amount) => `O seu recibo de ${merchant}: ${amount}`,
    thanks: (merchant) => `Obrigado pelo seu pagamento a ${merchant}.`,
    atAddress: 'O recibo está sempre aqui:',
    notAsked:
      'Alguém pediu que este recibo lhe fosse enviado. Se não foi o próprio, não faça nada: não haverá mais nenhum envio.',
  },
}
