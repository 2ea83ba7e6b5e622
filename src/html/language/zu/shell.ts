import { html } from '../../html.ts'
import type { Catalogue } from '../catalogue.ts'

export const shellInZulu: Catalogue['shell'] = {
  testBanner: 'Ikhasi lokuhlola. Ayikho imali yangempela ehambayo.',
  sampleBanner: 'Isibonelo. Nakhu okubonwa abakhokhi bakho. Akukho okukweletwayo lapha.',
  checkNumber: 'Qinisekisa ukuthi ngempela yithi: shayela inombolo ekwi-invoyisi yakho.',
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
        'Kungenzeka sinqamuke ngesikhathi sikopishwa, siphelelwe yisikhathi, noma sesithathelwe indawo esisha.',
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
    tooMany: {
      heading: 'Sicela uzame futhi kamuva',
      sentences: [
        'Kuvulwe izixhumanisi eziningi kakhulu ezingaholeli ndawo kusukela lapho ukhona.',
        'Vula isixhumanisi osithunyelelwe futhi emva kwehora, noma ubuze inkampani esithumele.',
      ],
    },
    tooFast: {
      heading: 'Umzuzwana, siyacela',
      sentences: [
        'Kube nezicelo eziningi kakhulu kusukela lapho ukhona, noma ngalesi sixhumanisi. Sicela ulayishe leli khasi futhi emva komzuzu.',
        'Uma usanda kukhokha, ungakhokhi futhi: leli khasi lizokukhombisa.',
      ],
    },
    home: {
      heading: 'Ingabe ufuna ukubona i-invoyisi yakho?',
      sentences: [
        'Vula isixhumanisi osithole enkampanini ekukhokhisayo: side kunaleli kheli.',
        'Uma ungasitholi, noma singasebenzi, cela esisha enkampanini.',
      ],
    },
    noPage: {
      heading: 'Alikho ikhasi elinjalo',
      sentences: [
        'Vula isixhumanisi osithole enkampanini ekukhokhisayo: side kunaleli kheli.',
        'Uma ungasitholi, noma singasebenzi, cela esisha enkampanini.',
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
