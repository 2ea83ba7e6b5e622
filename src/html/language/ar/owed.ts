import { html } from '../../html.ts'
import type { Catalogue } from '../catalogue.ts'
import { pluralIn } from '../plural.ts'

const plural = pluralIn('ar')
const days = (count: number) =>
  plural(count, {
    zero: 'أقل من يوم',
    one: 'يوم واحد',
    two: 'يومان',
    few: `${count} أيام`,
    many: `${count} يومًا`,
    other: `${count} يوم`,
  })
// After a preposition the dual has another ending.
const afterDays = (count: number) => (count === 2 ? 'يومين' : days(count))

export const owedInArabic: Catalogue['owed'] = {
  titles: {
    pay: (merchant) => `الدفع إلى \u2068${merchant}\u2069`,
    nothing: (merchant) => `لا يوجد ما يُدفع – \u2068${merchant}\u2069`,
    error: (title) => `خطأ: ${title}`,
  },
  allOf: { customer: 'كل المستحق عليك', account: 'كل المستحق على هذا الحساب' },
  youOwe: 'المستحق عليك',
  namedOwes: (name) => html`${name}، المستحق عليك`,
  dueToday: 'مستحق اليوم',
  dueIn: (count, date) => `مستحق بعد ${afterDays(count)}، في ${date}`,
  overdueSince: (date, count) => html`<strong>متأخر</strong> منذ ${date}، ${days(count)}`,
  sumOverdue: (sum, date) => html`<strong>${sum} متأخر</strong> منذ ${date}.`,
  withdrawn: { heading: 'أُلغيت هذه الفاتورة', detail: 'ليس عليك دفعها.' },
  paid: { heading: 'هذه الفاتورة مدفوعة', detail: 'شكرًا لك. لا يلزمك فعل أي شيء.' },
  settled: { heading: 'سُوّيت هذه الفاتورة', detail: 'لم يبق شيء للدفع.' },
  nothing: { heading: 'لا يوجد ما يُدفع', detail: 'لا يوجد مبلغ مستحق. شكرًا لك.' },
  onItsWay: (sum) => html`<strong>${sum} قيد التحويل.</strong>
لم يؤكد مصرفك هذا الدفع بعد. ليس عليك دفع هذا المبلغ مرة أخرى.`,
  inCredit: (sum) => html`لديك <strong>رصيد دائن قدره ${sum}</strong>.`,
  held: (merchant, sum) => html`تحتفظ ${merchant} بمبلغ <strong>${sum}</strong> لك لم يُستخدم بعد.`,
  notTakenOff: 'لم يُخصم هذا المبلغ أعلاه.',
  useCredit: (sum) => html`استخدم ${sum} من رصيدي الدائن`,
  creditUsed: (sum) => html`<strong>استُخدم ${sum} من رصيدك الدائن.</strong> وقد خُصم مما كان مستحقًا عليك.`,
  creditNotUsed: 'تغيّر شيء في هذه الأثناء، فلم يُستخدم أي شيء من رصيدك الدائن. يُرجى مراجعة المبالغ مرة أخرى.',
  payEverything: (sum) => html`ادفع الكل، ${sum}`,
  payAllPossible: (sum) => html`ادفع كل ما يمكن دفعه هنا، ${sum}`,
  choose: 'اختر ما تريد دفعه',
  payMore: 'ادفع المزيد الآن رغم ذلك',
  payInAdvance: 'ادفع مقدمًا',
  onlyWhole: (open, most, merchant) =>
    html`لا يمكن دفع ${open} إلا كاملًا، ولا يمكن دفع أكثر من ${most} عبر الإنترنت دفعة واحدة. يرجى الاتصال بـ ${merchant} لدفعه.`,
  notOnline: (merchant) => html`الدفع عبر الإنترنت غير متاح هنا. يرجى الدفع إلى ${merchant} بالطريقة المعتادة.`,
  pageEnds: (date) => `لقد بحثت عن هذه المعلومات: تنتهي صلاحية الصفحة في ${date}.`,
  howToPay: 'كيفية الدفع',
  otherWays: 'طرق دفع أخرى',
  otherWaysTo: (merchant) => `طرق أخرى للدفع إلى \u2068${merchant}\u2069`,
  backToOwed: 'العودة إلى المستحق عليك',
  quoteOf: {
    customer: (reference) => html`المرجع الذي يجب ذكره: <strong>${reference}</strong> (رقم العميل الخاص بك)`,
    account: (reference) => html`المرجع الذي يجب ذكره: <strong>${reference}</strong> (رقم حسابك)`,
    bill: (reference) => html`المرجع الذي يجب ذكره: <strong>${reference}</strong> (رقم فاتورتك)`,
  },
  seeBill: 'عرض الفاتورة (مستند)',
  madeOf: (lines) =>
    plural(lines, {
      one: 'التفاصيل، بند واحد',
      two: 'التفاصيل، بندان',
      few: `التفاصيل، ${lines} بنود`,
      many: `التفاصيل، ${lines} بندًا`,
      other: `التفاصيل، ${lines} بند`,
    }),
  amountToPay: 'المبلغ المراد دفعه',
  pay: (amount) => html`ادفع ${amount}`,
  toCard: 'المتابعة إلى الدفع بالبطاقة',
  limits: {
    between: (least, most) => html`من ${least} إلى ${most}`,
    upTo: (most) => html`حتى ${most}`,
    from: (least) => html`ابتداءً من ${least}`,
    any: 'أي مبلغ',
  },
  facts: {
    billedTo: 'صادرة باسم',
    account: 'الحساب',
    numbers: { customer: 'رقم العميل', account: 'رقم الحساب', bill: 'رقم الفاتورة' },
    billDate: 'تاريخ الفاتورة',
    due: 'تاريخ الاستحقاق',
    billTotal: 'إجمالي الفاتورة',
    added: 'أضيف',
    takenOff: 'خُصم',
    alreadyPaid: 'مدفوع سابقًا',
    writtenOff: 'لم يعد مطلوبًا',
  },
  refused: {
    nothingTicked: 'حدّد أولًا ما تريد دفعه.',
    nothingInCurrency: 'لا يوجد مبلغ مستحق بهذه العملة. لم يُخصم شيء.',
    goneMeanwhile: 'ما اخترته لم يعد مستحقًا، أو لا يمكن دفعه هنا. لم يُخصم شيء.',
    severalCurrencies: 'لكل دفعة عملة واحدة. حدّد مستحقات بعملة واحدة منها.',
    tooMuch: 'هذا أكثر مما يمكن دفعه في دفعة واحدة. حدّد مستحقات أقل، ثم ادفع الباقي بعد ذلك.',
    notOnline: 'الدفع عبر الإنترنت غير متاح هنا.',
    openTooLong: 'ظلت هذه الصفحة مفتوحة أكثر من يوم. لم يُخصم شيء الآن. يرجى التحقق من المبلغ ثم الدفع.',
    notThisAmount: 'لا يمكن دفع هذا المبلغ عبر الإنترنت هنا. لم يُخصم شيء الآن.',
    notCharged: 'لم يُخصم شيء الآن.',
    nothingLeft: 'لم يبق شيء للدفع هنا. لم يُخصم شيء الآن.',
    alreadyStarted: (amount) =>
      `لقد بدأت بالفعل في دفع ${amount} من هذه الصفحة. لم يُخصم أي مبلغ إضافي. يرجى التحقق من المبلغ ثم الدفع.`,
  },
}
