import { html } from '../../html.ts'
import type { Catalogue } from '../catalogue.ts'

export const receiptInArabic: Catalogue['receipt'] = {
  paidTitle: 'مدفوع',
  unneededTitle: 'لم يكن لازمًا',
  paid: 'مدفوع',
  unneeded: 'استُلم ولم يكن لازمًا',
  takenBackTitle: 'استُرد',
  paidAndTakenBack: 'مدفوع ثم استُرد',
  youPaid: 'شكرًا لك. لقد دفعت',
  weReceived: 'استلمنا',
  facts: {
    paidTo: 'دُفع إلى',
    billedTo: 'صادر باسم',
    date: 'التاريخ',
    paidWith: 'وسيلة الدفع',
    currency: 'العملة',
    payment: 'الدفعة',
    owedAfter: 'المستحق بعد هذه الدفعة',
    creditAfter: 'الرصيد الدائن بعدها',
  },
  partPaid: 'مدفوع',
  left: (amount) => html`بقي ${amount}`,
  inAdvance: 'مدفوع مقدمًا',
  inFull: 'مدفوع بالكامل',
  notNeeded: (amount) => html`لم يكن ${amount} منه لازمًا.`,
  usedSince: 'استُخدم أو أُعيد منذ ذلك الحين.',
  holdsAll: (merchant) => html`تحتفظ ${merchant} به لك: اطلب استرداده، وإلا استُخدم لما يُستحق عليك لاحقًا.`,
  holdsPart: (merchant, amount) =>
    html`لا تزال ${merchant} تحتفظ بمبلغ ${amount} منه لك: اطلب استرداده، وإلا استُخدم لما يُستحق عليك لاحقًا.`,
  causes: {
    withdrawn: (name) => html`${name}: كان قد أُلغي.`,
    part: (name) => html`${name}: كان جزء منه قد دُفع أو خُصم.`,
    whole: (name) => html`${name}: كان قد دُفع أو خُصم.`,
  },
  takenBack: (merchant, amount, name, date) =>
    html`<strong>منذ ذلك الحين:</strong> استرجعت ${merchant} مبلغ ${amount} من ${name} في ${date}.`,
  refunded: (merchant, amount) => html`<strong>منذ ذلك الحين:</strong> ردّت ${merchant} إليك ${amount} من هذه الدفعة.`,
  bankTookBack: (amount, date) =>
    html`<strong>استرد البنك ${amount} في ${date}.</strong> ما كان قد سُدد به أصبح مستحقًا من جديد.`,
  paidBefore: (merchant) =>
    html`<strong>كان هذا قد دُفع من قبل.</strong> لدى ${merchant} هذا المبلغ أيضًا: اطلب استرداده.`,
  seeLeft: 'عرض ما بقي للدفع',
  keep: 'احفظ الإيصال',
}
