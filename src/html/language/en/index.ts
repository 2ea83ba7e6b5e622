import { amountsInEnglish } from './amounts.ts'
import { askingInEnglish, lookUpInEnglish } from './asking.ts'
import { debtsInEnglish } from './debts.ts'
import { owedInEnglish } from './owed.ts'
import { payingInEnglish } from './paying.ts'
import { receiptInEnglish } from './receipt.ts'
import { shellInEnglish } from './shell.ts'

/** The texts of pages in English. They define what every other language has. */
export const english = {
  shell: shellInEnglish,
  owed: owedInEnglish,
  debts: debtsInEnglish,
  amounts: amountsInEnglish,
  paying: payingInEnglish,
  receipt: receiptInEnglish,
  asking: askingInEnglish,
  lookUp: lookUpInEnglish,
}
