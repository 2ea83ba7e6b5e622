import type { Catalogue } from '../catalogue.ts'
import { amountsInZulu } from './amounts.ts'
import { askingInZulu, lookUpInZulu } from './asking.ts'
import { debtsInZulu } from './debts.ts'
import { documentInZulu } from './document.ts'
import { historyInZulu } from './history.ts'
import { owedInZulu } from './owed.ts'
import { payingInZulu } from './paying.ts'
import { receiptInZulu } from './receipt.ts'
import { shellInZulu } from './shell.ts'
import { statementInZulu } from './statement.ts'
import { transferInZulu } from './transfer.ts'

/** The texts of pages in isiZulu; they have not been reviewed. */
export const zulu: Catalogue = {
  shell: shellInZulu,
  owed: owedInZulu,
  debts: debtsInZulu,
  amounts: amountsInZulu,
  history: historyInZulu,
  paying: payingInZulu,
  receipt: receiptInZulu,
  document: documentInZulu,
  asking: askingInZulu,
  lookUp: lookUpInZulu,
  statement: statementInZulu,
  transfer: transferInZulu,
}
