import { html } from '../../html.ts'
import type { Catalogue } from '../catalogue.ts'

export const historyInArabic: Catalogue['history'] = {
  calendar: 'أضفه إلى تقويمك',
  title: 'الدفعات حتى الآن',
  takenBack: 'استُرد',
  partTakenBack: (amount) => html`استُرد منه ${amount}`,
  refunded: 'رُدّ إليك',
  partRefunded: (amount) => html`رُدّ إليك منه ${amount}`,
  none: 'لا توجد.',
  last: (count) => `هذه آخر ${count}.`,
  back: 'العودة إلى المستحق',
  instantEft: (bank) => `تحويل فوري، ${bank}`,
  paycode: (ending) => `رمز الدفع ${ending}`,
  isDue: (reference, merchant) => `موعد استحقاق الفاتورة ${reference} من ${merchant}`,
}
