import { html } from '../../html.ts'
import type { Catalogue } from '../catalogue.ts'

export const askingInArabic: Catalogue['asking'] = {
  asks: (merchant) => html`تطلب منك ${merchant} دفع`,
  asksNamed: (name, merchant) => html`${name}، تطلب منك ${merchant} دفع`,
  wasPaid: 'شكرًا لك. تم دفع هذا المبلغ',
  moving: 'لا يزال مصرفك يؤكد هذا الدفع. لا يلزمك فعل أي شيء، ونرجو ألا تدفع مرة أخرى.',
  ended: {
    title: 'لم يعد متاحًا',
    heading: 'لم يعد بإمكانك دفع هذا هنا',
    withdrawn: (merchant) => html`سحبته ${merchant}.`,
    wasOpenUntil: (date) => `كان متاحًا حتى ${date}.`,
    askAgain: (merchant) => html`لم يُخصم شيء. إذا كنت لا تزال تريد الدفع فاطلب رابطًا جديدًا من ${merchant}.`,
  },
  unfit: {
    title: 'لا يمكن دفعه هنا',
    heading: 'كان هذا المبلغ مطلوبًا',
    detail: (merchant) =>
      html`المستحق عليك الآن أقل من ذلك، ولذلك لا يمكن دفعه هنا. لم يُخصم شيء. يرجى سؤال ${merchant} عما بقي للدفع.`,
  },
  seeReceipt: 'عرض الإيصال',
  inTheKnownWay: (merchant) => html`يرجى الدفع إلى ${merchant} بالطريقة المعتادة.`,
  quote: (reference) => html`المرجع الذي يجب ذكره: <strong>${reference}</strong>`,
  backTo: (merchant) => html`العودة إلى ${merchant}`,
  facts: { about: 'مقابل', reference: 'المرجع', openUntil: 'متاح حتى' },
}

export const lookUpInArabic: Catalogue['lookUp'] = {
  title: (merchant) => `عرض المستحق عليك – \u2068${merchant}\u2069`,
  heading: 'عرض المستحق عليك',
  number: 'رقم الفاتورة أو الحساب أو العميل',
  asOnBill: 'كما هو مكتوب على فاتورتك.',
  facts: { phone_last4: 'آخر أربعة أرقام من رقم هاتفك', email: 'عنوان بريدك الإلكتروني' },
  asKnown: (merchant) => `كما هو مسجل لدى \u2068${merchant}\u2069.`,
  show: 'اعرض المستحق علي',
  triedTooOften: 'تكررت المحاولة أكثر من اللازم. يرجى المحاولة لاحقًا، أو فتح الرابط الذي أُرسل إليك.',
  nothingFound: 'لم نجد شيئًا بهاتين المعلومتين. يرجى التحقق منهما.',
}
