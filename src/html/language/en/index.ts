import { amountsInEnglish } from './amounts.ts'
import { askingInEnglish, lookUpInEnglish } from './asking.ts'
import { debtsInEnglish } from './debts.ts'
import { documentInEnglish } from './document.ts'
import { historyInEnglish } from './history.ts'
import { owedInEnglish } from './owed.ts'
import { payingInEnglish } from './paying.ts'
import { receiptInEnglish } from './receipt.ts'
import { shellInEnglish } from './shell.ts'
import { statementInEnglish } from './statement.ts'
import { transferInEnglish } from './transfer.ts'

/** The texts of pages in English. They define what every other language has. */
export const english = {
  shell: shellInEnglish,
  owed: owedInEnglish,
  debts: debtsInEnglish,
  amounts: amountsInEnglish,
  history: historyInEnglish,
  paying: payingInEnglish,
  receipt: receiptInEnglish,
  document: documentInEnglish,
  asking: askingInEnglish,
  lookUp: lookUpInEnglish,
  statement: statementInEnglish,
  transfer: transferInEnglish,
}
