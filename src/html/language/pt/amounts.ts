import type { Catalogue } from '../catalogue.ts'

const decimals: Readonly<Record<number, string>> = {
  0: 'Esta moeda não tem casas decimais',
  2: 'Esta moeda tem no máximo duas casas decimais',
  3: 'Esta moeda tem no máximo três casas decimais',
  4: 'Esta moeda tem no máximo quatro casas decimais',
}

const anyOf = (amounts: readonly string[]) => amounts.join(' ou ')

export const amountsInPortuguese: Catalogue['amounts'] = {
  empty: 'Indique quanto quer pagar.',
  notInDigits: (example) => `Indique em algarismos quanto quer pagar, por exemplo ${example}.`,
  atLeast: (amount) => `O mínimo que pode pagar é ${amount}.`,
  otherCurrency: (name, sign, example) =>
    `A moeda aqui é: ${name}, e não ${sign}. Indique um valor, por exemplo ${example}.`,
  unclear: (amounts) => `Quer dizer ${anyOf(amounts)}?`,
  tooFine: (_name, _currency, digits, amounts) => `${decimals[digits]}: ${anyOf(amounts)}?`,
  moved: (now, before) =>
    `O valor em dívida é agora ${now} (era ${before}). Verifique-o e depois pague. Nada foi cobrado agora.`,
  exactly: (amount) => `O valor a pagar é ${amount}. Verifique-o e depois pague. Nada foi cobrado agora.`,
  noMoreThanOwed: (owed) => `Deve ${owed}. Aqui não pode pagar mais do que isso.`,
  atMost: (most) => `O máximo que pode pagar de uma só vez é ${most}.`,
  atMostNow: (most) => `O máximo que pode pagar de uma só vez é ${most}. Pague o resto com um segundo pagamento.`,
}
