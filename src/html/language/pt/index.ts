import type { Catalogue } from '../catalogue.ts'
import { amountsInPortuguese } from './amounts.ts'
import { askingInPortuguese, lookUpInPortuguese } from './asking.ts'
import { debtsInPortuguese } from './debts.ts'
import { documentInPortuguese } from './document.ts'
import { historyInPortuguese } from './history.ts'
import { owedInPortuguese } from './owed.ts'
import { payingInPortuguese } from './paying.ts'
import { receiptInPortuguese } from './receipt.ts'
import { shellInPortuguese } from './shell.ts'
import { statementInPortuguese } from './statement.ts'
import { transferInPortuguese } from './transfer.ts'

/** The texts of pages in Portuguese. */
export const portuguese: Catalogue = {
  shell: shellInPortuguese,
  owed: owedInPortuguese,
  debts: debtsInPortuguese,
  amounts: amountsInPortuguese,
  history: historyInPortuguese,
  paying: payingInPortuguese,
  receipt: receiptInPortuguese,
  document: documentInPortuguese,
  asking: askingInPortuguese,
  lookUp: lookUpInPortuguese,
  statement: statementInPortuguese,
  transfer: transferInPortuguese,
}
