import { html } from '../../html.ts'
import type { Catalogue } from '../catalogue.ts'
import { pluralIn } from '../plural.ts'

const plural = pluralIn('ar')
const others = (count: number) =>
  plural(count, {
    one: 'مستحق واحد آخر',
    two: 'مستحقان آخران',
    few: `${count} مستحقات أخرى`,
    many: `${count} مستحقًا آخر`,
    other: `${count} مستحق آخر`,
  })
const othersPaid = (count: number) => (count === 2 ? 'مستحقين آخرين' : others(count))

const declines: Catalogue['paying']['declines'] = {
  insufficient_funds: 'لا يوجد رصيد كافٍ في البطاقة.',
  generic_decline: 'رفض المصرف البطاقة دون ذكر السبب.',
  expired_card: 'انتهت صلاحية البطاقة.',
  incorrect_cvc: 'رمز الأمان لا يطابق البطاقة.',
  lost_card: 'رفض المصرف البطاقة. يرجى استخدام بطاقة أخرى.',
  authentication_failed: 'لم يتمكن المصرف من التأكد من هويتك.',
  processing_error: 'لم يتمكن المصرف من إتمام الدفع.',
  refused_by_bank: 'رفض البنك الدفعة.',
  refused_by_payer: 'رُفضت الدفعة لدى البنك.',
  superseded: 'بدأت دفعات أخرى منذ ذلك الحين.',
}

export const payingInArabic: Catalogue['paying'] = {
  review: {
    title: (merchant) => `مراجعة – \u2068${merchant}\u2069`,
    movedTitle: (merchant) => `يرجى المراجعة من جديد – \u2068${merchant}\u2069`,
    aboutToPay: 'أنت على وشك دفع',
    unused: (amount) => html`لن يُستخدم ${amount} مما أدخلته: لا يمكن دفع باقي المستحق عليك جزئيًا هنا.`,
    stillOwed: (amount) => html`بعد ذلك يبقى عليك ${amount}.`,
    nothingMore: (currency) => `بعد ذلك لا يبقى عليك شيء بعملة ${currency}.`,
    change: 'تغيير',
    more: (count) => others(count),
    overdue: 'متأخر',
    today: 'مستحق اليوم',
    inPart: 'جزئيًا',
    inAdvance: 'مقدمًا',
    moved: 'تغيّر هذا منذ أن اطّلعت عليه',
    isNow: (name, amount) => html`${name}: المبلغ الآن ${amount}.`,
    isNowAndWas: (name, amount, before) => html`${name}: المبلغ الآن ${amount}، وكان ${before}.`,
    notOwed: (amount) => html`لم يعد ${amount} مستحقًا.`,
    wasInAll: (sum) => html`كان المجموع ${sum}. لم يُخصم شيء. تحقق ثم ادفع.`,
  },
  moving: {
    status: 'قيد التنفيذ',
    heading: 'لم يُؤكَّد بعد',
    detail: 'لا يزال مصرفك يؤكد هذا الدفع. لا يلزمك فعل أي شيء، ونرجو ألا تدفع مرة أخرى. يمكنك إغلاق هذه الصفحة.',
  },
  held: {
    status: 'محجوز',
    heading: 'محجوز على بطاقتك',
    detail: 'لم يُسحب شيء بعد. يُسحب لاحقًا ما يُستخدم منه، ويُفرج عن الباقي. لا يلزمك فعل أي شيء.',
  },
  released: {
    status: 'لم يُسحب',
    heading: 'لم يعد محجوزًا',
    detail: 'لم يُسحب شيء: أُفرج عن المبلغ الذي كان محجوزًا على بطاقتك.',
  },
  unfinished: {
    status: 'لم يُدفع بعد',
    heading: 'لم تُكمل الدفع',
    detail: 'لم يُسحب شيء من بطاقتك. إذا كنت قد دفعت للتو فتحقق مرة أخرى بعد لحظات.',
  },
  failed: {
    status: 'لم يُدفع',
    heading: 'لم تتم عملية الدفع',
    calledOff: 'أُلغيت.',
    elsewhere: 'بدأتَ من جديد في مكان آخر.',
    notInTime: 'لم تكتمل في الوقت المحدد.',
    nothingTaken: 'لم يُسحب شيء.',
    wasFor: (name) => html`كنت تدفع: ${name}.`,
    wasForMore: (name, count) => html`كنت تدفع: ${name} و${othersPaid(count)}.`,
  },
  declines,
  refreshes: 'تتحقق هذه الصفحة من نفسها مرة أخرى.',
  checkAgain: 'تحقق مرة أخرى',
  seeOwed: 'عرض المستحق عليك',
  tryAgain: (amount) => html`حاول دفع ${amount} مرة أخرى`,
  another: 'دفع مبلغ آخر',
}
