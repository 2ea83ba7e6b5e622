import type { Catalogue } from '../catalogue.ts'

const decimals: Readonly<Record<number, string>> = {
  0: 'ليس لهذه العملة كسور عشرية',
  2: 'لهذه العملة منزلتان عشريتان على الأكثر',
  3: 'لهذه العملة ثلاث منازل عشرية على الأكثر',
  4: 'لهذه العملة أربع منازل عشرية على الأكثر',
}

const anyOf = (amounts: readonly string[]) => amounts.join(' أو ')

export const amountsInArabic: Catalogue['amounts'] = {
  empty: 'أدخل المبلغ الذي تريد دفعه.',
  notInDigits: (example) => `أدخل المبلغ الذي تريد دفعه بالأرقام، مثل ${example}.`,
  atLeast: (amount) => `أقل مبلغ يمكنك دفعه هو ${amount}.`,
  otherCurrency: (name, sign, example) =>
    `العملة هنا هي ${name}، وليست \u2068${sign}\u2069. أدخل مبلغًا مثل ${example}.`,
  unclear: (amounts) => `هل تقصد ${anyOf(amounts)}؟`,
  tooFine: (_name, _currency, digits, amounts) => `${decimals[digits]}: ${anyOf(amounts)}؟`,
  moved: (now, before) => `المبلغ المستحق الآن هو ${now} (كان ${before}). تحقق منه ثم ادفع. لم يُخصم شيء الآن.`,
  exactly: (amount) => `المبلغ المراد دفعه هو ${amount}. تحقق منه ثم ادفع. لم يُخصم شيء الآن.`,
  noMoreThanOwed: (owed) => `المستحق عليك ${owed}. لا يمكنك دفع أكثر من ذلك هنا.`,
  atMost: (most) => `أكبر مبلغ يمكنك دفعه مرة واحدة هو ${most}.`,
  atMostNow: (most) => `أكبر مبلغ يمكنك دفعه مرة واحدة هو ${most}. ادفع الباقي بدفعة ثانية.`,
}
