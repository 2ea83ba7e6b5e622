import { html } from '../../html.ts'
import type { Catalogue } from '../catalogue.ts'

export const shellInPortuguese: Catalogue['shell'] = {
  testBanner: 'Página de teste. Não há movimento de dinheiro real.',
  sampleBanner: 'Exemplo. Isto é o que os seus pagadores veem. Aqui nada é devido.',
  checkNumber: 'Confirme que somos mesmo nós: ligue para o número que está na sua fatura.',
  language: 'Idioma',
  pleaseCheck: 'Verifique, por favor',
  comma: ', ',
  names: {
    bill: (reference) => `Fatura ${reference}`,
    account: (reference) => `Conta ${reference}`,
    general: 'Saldo geral',
  },
  refusals: {
    notFound: {
      heading: 'Esta ligação não funciona',
      sentences: [
        'Pode ter sido cortada ao ser copiada, ter expirado, ou ter sido substituída por outra mais recente.',
        'Abra a ligação mais recente que recebeu, ou peça uma nova à empresa que a enviou.',
      ],
    },
    foreign: {
      heading: 'Recomece a partir da sua ligação, por favor',
      sentences: [
        'Este formulário foi enviado de outro sítio, por isso nada foi feito com ele.',
        'Abra a ligação que recebeu e pague a partir daí.',
      ],
    },
    tooMany: {
      heading: 'Tente mais tarde, por favor',
      sentences: [
        'Foram abertas demasiadas ligações que não levam a lado nenhum a partir do local onde está.',
        'Volte a abrir dentro de uma hora a ligação que recebeu, ou fale com a empresa que a enviou.',
      ],
    },
    tooFast: {
      heading: 'Um momento, por favor',
      sentences: [
        'Houve muitos pedidos a partir do local onde está, ou com esta ligação. Volte a carregar esta página dentro de um minuto.',
        'Se acabou de pagar, não pague outra vez: esta página irá mostrá-lo.',
      ],
    },
    home: {
      heading: 'Quer ver a sua fatura?',
      sentences: [
        'Abra a ligação que recebeu da empresa que lhe envia a fatura: é mais comprida do que este endereço.',
        'Se não a encontrar, ou se não funcionar, peça uma nova à empresa.',
      ],
    },
    noPage: {
      heading: 'Esta página não existe',
      sentences: [
        'Abra a ligação que recebeu da empresa que lhe envia a fatura: é mais comprida do que este endereço.',
        'Se não a encontrar, ou se não funcionar, peça uma nova à empresa.',
      ],
    },
    unavailable: {
      heading: 'Um momento, por favor',
      sentences: [
        'Neste momento não conseguimos aceder aos nossos registos. Volte a carregar esta página dentro de um minuto.',
        'Se acabou de pagar, não pague outra vez: esta página irá mostrá-lo.',
      ],
    },
    unreadable: {
      heading: 'Não funcionou',
      sentences: ['O seu navegador enviou algo que não conseguimos ler.'],
    },
    failed: {
      heading: 'Algo correu mal do nosso lado',
      sentences: [
        'Volte a carregar esta página dentro de um minuto. Se acabou de pagar, não pague outra vez antes de verificar.',
      ],
    },
  },
  cardElsewhere: (merchant) =>
    html`Os dados do cartão são introduzidos na página do próprio serviço de pagamento. ${merchant} nunca os vê.`,
}
