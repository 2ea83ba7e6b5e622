import { html } from '../../html.ts'
import type { Catalogue } from '../catalogue.ts'
import { pluralIn } from '../plural.ts'

const plural = pluralIn('ar')

export const debtsInArabic: Catalogue['debts'] = {
  heading: 'المستحق عليك',
  headingIn: (currency) => `المستحق عليك بعملة ${currency}`,
  groups: {
    moving: 'قيد الدفع الآن',
    overdue: 'متأخر',
    today: 'مستحق اليوم',
    later: 'لاحقًا',
    undated: 'بدون تاريخ',
    running: 'أرصدة جارية',
  },
  payTicked: 'المتابعة بما هو محدّد',
  anotherAmount: 'دفع مبلغ آخر',
  spreadHint: 'يُستخدم أولًا لما هو متأخر، ثم بحسب تاريخ الاستحقاق. ترى التوزيع قبل أن تدفع.',
  showSplit: 'عرض التوزيع',
  dueOn: (date) => `مستحق في ${date}`,
  dueAgo: (date, days) =>
    plural(days, {
      zero: `مستحق في ${date}`,
      one: `استحق في ${date}، منذ يوم واحد`,
      two: `استحق في ${date}، منذ يومين`,
      few: `استحق في ${date}، منذ ${days} أيام`,
      many: `استحق في ${date}، منذ ${days} يومًا`,
      other: `استحق في ${date}، منذ ${days} يوم`,
    }),
  partMoving: (amount) => html`منه ${amount} قيد الدفع الآن`,
  notTogether: 'لا يمكن دفعه مع غيره',
  details: 'التفاصيل',
  pages: (page, pages, count) => `صفحة ${page} من ${pages}، المجموع ${count}.`,
  previous: 'السابق',
  next: 'التالي',
  beyond: (count, most) =>
    plural(count, {
      one: `يشمل المجموع أعلاه مستحقًا واحدًا غير المستحقات المدرجة وعددها ${most}. سيُدرج بعد دفع هذه.`,
      two: `يشمل المجموع أعلاه مستحقين اثنين غير المستحقات المدرجة وعددها ${most}. سيُدرجان بعد دفع هذه.`,
      few: `يشمل المجموع أعلاه ${count} مستحقات غير المستحقات المدرجة وعددها ${most}. ستُدرج بعد دفع هذه.`,
      many: `يشمل المجموع أعلاه ${count} مستحقًا غير المستحقات المدرجة وعددها ${most}. ستُدرج بعد دفع هذه.`,
      other: `يشمل المجموع أعلاه ${count} مستحق غير المستحقات المدرجة وعددها ${most}. ستُدرج بعد دفع هذه.`,
    }),
}
