import type { Catalogue } from '../catalogue.ts'
import { amountsInSwahili } from './amounts.ts'
import { askingInSwahili, lookUpInSwahili } from './asking.ts'
import { debtsInSwahili } from './debts.ts'
import { owedInSwahili } from './owed.ts'
import { payingInSwahili } from './paying.ts'
import { receiptInSwahili } from './receipt.ts'
import { shellInSwahili } from './shell.ts'

/** The texts of pages in Swahili; they have not been reviewed. */
export const swahili: Catalogue = {
  shell: shellInSwahili,
  owed: owedInSwahili,
  debts: debtsInSwahili,
  amounts: amountsInSwahili,
  paying: payingInSwahili,
  receipt: receiptInSwahili,
  asking: askingInSwahili,
  lookUp: lookUpInSwahili,
}
