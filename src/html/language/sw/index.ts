import type { Catalogue } from '../catalogue.ts'
import { amountsInSwahili } from './amounts.ts'
import { askingInSwahili, lookUpInSwahili } from './asking.ts'
import { debtsInSwahili } from './debts.ts'
import { documentInSwahili } from './document.ts'
import { historyInSwahili } from './history.ts'
import { owedInSwahili } from './owed.ts'
import { payingInSwahili } from './paying.ts'
import { receiptInSwahili } from './receipt.ts'
import { shellInSwahili } from './shell.ts'
import { statementInSwahili } from './statement.ts'
import { transferInSwahili } from './transfer.ts'

/** The texts of pages in Swahili; they have not been reviewed. */
export const swahili: Catalogue = {
  shell: shellInSwahili,
  owed: owedInSwahili,
  debts: debtsInSwahili,
  amounts: amountsInSwahili,
  history: historyInSwahili,
  paying: payingInSwahili,
  receipt: receiptInSwahili,
  document: documentInSwahili,
  asking: askingInSwahili,
  lookUp: lookUpInSwahili,
  statement: statementInSwahili,
  transfer: transferInSwahili,
}
