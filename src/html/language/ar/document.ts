import type { Catalogue } from '../catalogue.ts'

export const documentInArabic: Catalogue['document'] = {
  receipt: 'إيصال',
  title: (merchant) => `إيصال – ${merchant}`,
  test: 'إيصال تجريبي. لم تُنقل أي أموال حقيقية.',
  youPaid: 'لقد دفعت',
  facts: { number: 'رقم الإيصال', legalName: 'الشركة', contact: 'للتواصل' },
  unnamed: { bill: 'فاتورة', account: 'حساب' },
  left: (amount) => `بقي بعدها للدفع ${amount}`,
  inCredit: (amount) => `رصيد دائن بعدها ${amount}`,
  line: 'ما دُفع',
  amount: 'المبلغ',
  asAsked: 'حسب الطلب',
  notNeeded: (amount, merchant) =>
    `لم يكن ${amount} منه لازمًا. احتفظت ${merchant} به لك: اطلب استرداده، وإلا استُخدم لما يُستحق عليك لاحقًا.`,
  causes: {
    withdrawn: (name) => `${name}: كان قد أُلغي.`,
    part: (name) => `${name}: كان جزء منه قد دُفع أو خُصم.`,
    whole: (name) => `${name}: كان قد دُفع أو خُصم.`,
  },
  since: {
    heading: 'منذ ذلك الحين',
    takenBack: (date, amount, name, merchant) => `${date}: استرجعت ${merchant} مبلغ ${amount} من ${name}.`,
    reversed: (date, amount) => `${date}: استُرد ${amount} من هذه الدفعة.`,
    used: (date, amount) => `${date}: استُخدم ${amount} من هذه الدفعة لمستحق آخر.`,
  },
  save: 'حفظ الإيصال (PDF)',
  print: 'اطبع هذه الصفحة، أو احفظها بصيغة PDF من متصفحك.',
  keep: 'احتفظ بعنوان هذه الصفحة: يبقى الإيصال هنا.',
  verify: 'امسح هذا الرمز للتأكد من صحة الإيصال.',
  page: (page, pages) => `صفحة ${page} من ${pages}`,
  send: {
    heading: 'إرساله إليّ',
    hint: 'يُستخدم لهذا الإيصال فقط.',
    button: 'إرسال الإيصال',
    wrong: 'أدخل عنوان بريد إلكتروني مثل \u2066name@example.com\u2069.',
    tooMany: 'أُرسل هذا الإيصال إلى أكبر عدد ممكن من العناوين.',
    sent: 'نحن نرسله الآن. يُفترض أن يصل خلال بضع دقائق.',
    told: (merchant) => `أبلغنا ${merchant}، وستتولى إرساله.`,
  },
  message: {
    subject: (merchant, amount) => `إيصالك من ${merchant}: ${amount}`,
    thanks: (merchant) => `شكرًا لك على دفعتك إلى ${merchant}.`,
    atAddress: 'تجد الإيصال هنا دائمًا:',
    notAsked: 'طلب شخص ما إرسال هذا الإيصال إليك. إن لم تكن أنت، فلا يلزمك فعل أي شيء: لن تصلك رسائل أخرى.',
  },
}
