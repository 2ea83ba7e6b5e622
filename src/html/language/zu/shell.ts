import { html } from '../../html.ts'
import type { Catalogue } from '../catalogue.ts'

export const shellInZulu: Catalogue['shell'] = {
  testBanner: 'Ikhasi lokuhlola. Ayikho imali yangempela ehambayo.',
  language: 'Ulimi',
  pleaseCheck: 'Sicela uhlole',
  comma: ', ',
  names: {
    bill: (reference) => `I-invoyisi ${reference}`,
    account: (reference) => `I-akhawunti ${reference}`,
    general: 'Ibhalansi jikelele',
  },
  refusals: {
    notFound: {
      heading: 'Lesi sixhumanisi asisebenzi',
      sentences: [
        'Kungenzeka sinqamuke ngesikhathi sikopishwa, noma sesithathelwe indawo esisha.',
        'Sicela uvule isixhumanisi esisha kunazo zonke osithunyelelwe, noma ucele esisha enkampanini esithumele.',
      ],
    },
    foreign: {
      heading: 'Sicela uqale kabusha esixhumanisini sakho',
      sentences: [
        'Leli fomu lithunyelwe lisuka kwenye indawo, ngakho akukho okwenziwe ngalo.',
        'Vula isixhumanisi osithunyelelwe, bese ukhokha lapho.',
      ],
    },
    unavailable: {
      heading: 'Umzuzwana, siyacela',
      sentences: [
        'Asikwazi ukufinyelela kumarekhodi ethu njengamanje. Sicela ulayishe leli khasi futhi emva komzuzu.',
        'Uma usanda kukhokha, ungakhokhi futhi: leli khasi lizokukhombisa.',
      ],
    },
    unreadable: {
      heading: 'Lokho akusebenzanga',
      sentences: ['Isiphequluli sakho sithumele into esingakwazi ukuyifunda.'],
    },
    failed: {
      heading: 'Kukhona okungahambanga kahle ngakithi',
      sentences: ['Sicela ulayishe leli khasi futhi emva komzuzu. Uma usanda kukhokha, ungakhokhi futhi ungakabheki.'],
    },
  },
  cardElsewhere: (merchant) => html`Ufaka ikhadi lakho ekhasini lesevisi yokukhokha. ${merchant} ayilokothi ilibone.`,
}
