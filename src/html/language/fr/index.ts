import type { Catalogue } from '../catalogue.ts'
import { amountsInFrench } from './amounts.ts'
import { askingInFrench, lookUpInFrench } from './asking.ts'
import { debtsInFrench } from './debts.ts'
import { documentInFrench } from './document.ts'
import { historyInFrench } from './history.ts'
import { owedInFrench } from './owed.ts'
import { payingInFrench } from './paying.ts'
import { receiptInFrench } from './receipt.ts'
import { shellInFrench } from './shell.ts'
import { statementInFrench } from './statement.ts'
import { transferInFrench } from './transfer.ts'

/** The texts of pages in French. */
export const french: Catalogue = {
  shell: shellInFrench,
  owed: owedInFrench,
  debts: debtsInFrench,
  amounts: amountsInFrench,
  history: historyInFrench,
  paying: payingInFrench,
  receipt: receiptInFrench,
  document: documentInFrench,
  asking: askingInFrench,
  lookUp: lookUpInFrench,
  statement: statementInFrench,
  transfer: transferInFrench,
}
