import type { Catalogue } from '../catalogue.ts'
import { amountsInArabic } from './amounts.ts'
import { askingInArabic, lookUpInArabic } from './asking.ts'
import { debtsInArabic } from './debts.ts'
import { documentInArabic } from './document.ts'
import { historyInArabic } from './history.ts'
import { owedInArabic } from './owed.ts'
import { payingInArabic } from './paying.ts'
import { receiptInArabic } from './receipt.ts'
import { shellInArabic } from './shell.ts'
import { statementInArabic } from './statement.ts'
import { transferInArabic } from './transfer.ts'

/** The texts of pages in Arabic. */
export const arabic: Catalogue = {
  shell: shellInArabic,
  owed: owedInArabic,
  debts: debtsInArabic,
  amounts: amountsInArabic,
  history: historyInArabic,
  paying: payingInArabic,
  receipt: receiptInArabic,
  document: documentInArabic,
  asking: askingInArabic,
  lookUp: lookUpInArabic,
  statement: statementInArabic,
  transfer: transferInArabic,
}
