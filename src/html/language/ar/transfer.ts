import { html } from '../../html.ts'
import type { Catalogue } from '../catalogue.ts'

export const transferInArabic: Catalogue['transfer'] = {
  way: 'تحويل مصرفي',
  toPay: 'المتابعة إلى الدفع',
  heading: (merchant) => html`حوّل هذا المبلغ إلى ${merchant}`,
  how: (merchant) =>
    html`أجرِ هذا التحويل لدى مصرفك. اكتب المرجع كما هو مكتوب هنا تمامًا: به يعرف ${merchant} ما الذي دفعته.`,
  facts: {
    holder: 'صاحب الحساب',
    bank: 'المصرف',
    number: 'رقم الحساب',
    branch: 'رمز الفرع',
    reference: 'المرجع',
  },
  once: (merchant) => html`بعد إرسال التحويل أخبر ${merchant}. يبقى المستحق عليك كما هو حتى يصل المال.`,
  sent: 'لقد دفعت',
  back: 'رجوع',
  announced: {
    status: 'لم يصل بعد',
    heading: 'قلت إنك أرسلت',
    detail: (merchant, date) =>
      html`أخبرت ${merchant} في ${date}. ليس عليك فعل شيء آخر. يبقى المبلغ مستحقًا حتى يصل المال، وقد يستغرق ذلك بضعة أيام عمل.`,
  },
  settled: { status: 'مدفوع', heading: 'شكرًا لك. لقد وصل هذا المبلغ' },
  expired: {
    heading: 'انتهت صلاحية هذا المرجع',
    detail: (date) =>
      `كان صالحًا حتى ${date}. إذا أرسلت مالًا به فسيُعثر عليه رغم ذلك. وإلا فارجع واختر التحويل المصرفي من جديد.`,
  },
  gone: {
    heading: 'لم يعد التحويل المصرفي متاحًا هنا',
    detail: (merchant) =>
      html`إذا كنت قد أرسلت المال فليس عليك فعل شيء. وإلا فاختر طريقة أخرى للدفع أو اسأل ${merchant}.`,
  },
  noted: (amount, reference, date) =>
    html`أُعلن في ${date} عن تحويل مصرفي بمبلغ <strong>${amount}</strong> بالمرجع ${reference}. لم يصل بعد، لذلك لم يُخصم هنا.`,
  seeDetails: 'عرض بيانات المصرف',
}
