import type { Catalogue } from '../catalogue.ts'
import { amountsInAfrikaans } from './amounts.ts'
import { askingInAfrikaans, lookUpInAfrikaans } from './asking.ts'
import { debtsInAfrikaans } from './debts.ts'
import { documentInAfrikaans } from './document.ts'
import { historyInAfrikaans } from './history.ts'
import { owedInAfrikaans } from './owed.ts'
import { payingInAfrikaans } from './paying.ts'
import { receiptInAfrikaans } from './receipt.ts'
import { shellInAfrikaans } from './shell.ts'
import { statementInAfrikaans } from './statement.ts'
import { transferInAfrikaans } from './transfer.ts'

/** The texts of pages in Afrikaans. */
export const afrikaans: Catalogue = {
  shell: shellInAfrikaans,
  owed: owedInAfrikaans,
  debts: debtsInAfrikaans,
  amounts: amountsInAfrikaans,
  history: historyInAfrikaans,
  paying: payingInAfrikaans,
  receipt: receiptInAfrikaans,
  document: documentInAfrikaans,
  asking: askingInAfrikaans,
  lookUp: lookUpInAfrikaans,
  statement: statementInAfrikaans,
  transfer: transferInAfrikaans,
}
