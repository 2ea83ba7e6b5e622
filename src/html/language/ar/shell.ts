import { html } from '../../html.ts'
import type { Catalogue } from '../catalogue.ts'

// What surrounds a reference does not turn its direction, nor it theirs (Unicode UAX 9: FSI and PDI).
const isolate = (reference: string) => `\u2068${reference}\u2069`

export const shellInArabic: Catalogue['shell'] = {
  testBanner: 'صفحة تجريبية. لا تُنقل أي أموال حقيقية.',
  language: 'اللغة',
  pleaseCheck: 'يرجى التحقق',
  comma: '، ',
  names: {
    bill: (reference) => `فاتورة ${isolate(reference)}`,
    account: (reference) => `حساب ${isolate(reference)}`,
    general: 'الرصيد العام',
  },
  refusals: {
    notFound: {
      heading: 'هذا الرابط لا يعمل',
      sentences: [
        'ربما قُطع جزء منه عند نسخه، أو استُبدل برابط أحدث.',
        'يرجى فتح أحدث رابط أُرسل إليك، أو طلب رابط جديد من الشركة التي أرسلته.',
      ],
    },
    foreign: {
      heading: 'يرجى البدء من جديد من الرابط الخاص بك',
      sentences: [
        'أُرسل هذا النموذج من مكان آخر، ولذلك لم يُتخذ أي إجراء بشأنه.',
        'افتح الرابط الذي أُرسل إليك وادفع من هناك.',
      ],
    },
    unavailable: {
      heading: 'لحظة من فضلك',
      sentences: [
        'لا يمكننا الوصول إلى سجلاتنا في الوقت الحالي. يرجى إعادة تحميل هذه الصفحة بعد دقيقة.',
        'إذا كنت قد دفعت للتو فلا تدفع مرة أخرى: ستُظهر هذه الصفحة ذلك.',
      ],
    },
    unreadable: {
      heading: 'لم ينجح ذلك',
      sentences: ['أرسل متصفحك شيئًا لا يمكننا قراءته.'],
    },
    failed: {
      heading: 'حدث خطأ من جانبنا',
      sentences: ['يرجى إعادة تحميل هذه الصفحة بعد دقيقة. إذا كنت قد دفعت للتو فلا تدفع مرة أخرى قبل التحقق.'],
    },
  },
  cardElsewhere: (merchant) => html`تُدخل بيانات بطاقتك في صفحة خدمة الدفع نفسها. لا تطّلع ${merchant} عليها أبدًا.`,
}
