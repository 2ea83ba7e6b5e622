import { html } from '../../html.ts'
import type { Catalogue } from '../catalogue.ts'

const declines: Catalogue['paying']['declines'] = {
  insufficient_funds: 'Ayikho imali eyanele ekhadini.',
  generic_decline: 'Ibhange linqabe ikhadi lingashongo ukuthi kungani.',
  expired_card: 'Ikhadi seliphelelwe yisikhathi.',
  incorrect_cvc: 'Ikhodi yokuvikela ayihambisani nekhadi.',
  lost_card: 'Ibhange linqabe ikhadi. Sicela usebenzise elinye.',
  authentication_failed: 'Ibhange alikwazanga ukuqinisekisa ukuthi bekunguwe.',
  processing_error: 'Ibhange alikwazanga ukuqedela inkokhelo.',
  refused_by_bank: 'Ibhange likwenqabile ukukhokha.',
  refused_by_payer: 'Kwenqatshiwe ebhange.',
  superseded: 'Kusukela lapho sekuqalwe ezinye izinkokhelo.',
}

export const payingInZulu: Catalogue['paying'] = {
  review: {
    title: (merchant) => `Ukubuyekeza – ${merchant}`,
    movedTitle: (merchant) => `Sicela ubheke futhi – ${merchant}`,
    aboutToPay: 'Usuzokhokha',
    unused: (amount) =>
      html`${amount} yalokho okufakile ayisetshenziswa: okunye okukweletayo akukwazi ukukhokhwa ngengxenye lapha.`,
    stillOwed: (amount) => html`Emva kwalokhu usazokweleta ${amount}.`,
    nothingMore: (currency) => `Emva kwalokhu awusayikukweleta lutho nge-${currency}.`,
    change: 'Shintsha',
    more: (count) => `okunye okungu-${count}`,
    overdue: 'sekudlule isikhathi',
    today: 'kukhokhwa namuhla',
    inPart: 'ingxenye',
    inAdvance: 'kusengaphambili',
    moved: 'Lokhu kushintshile kusukela ubhekile',
    isNow: (name, amount) => html`${name}: manje ngu-${amount}.`,
    isNowAndWas: (name, amount, before) => html`${name}: manje ngu-${amount}, bekungu-${before}.`,
    notOwed: (amount) => html`${amount} akusakweletwa.`,
    wasInAll: (sum) => html`Bekungu-${sum} sekukonke. Akukho mali ethathiwe. Kubheke, bese uyakhokha.`,
  },
  moving: {
    status: 'Isendleleni',
    heading: 'Ayikaqinisekiswa',
    detail:
      'Ibhange lakho lisaqinisekisa le nkokhelo. Akukho okumele ukwenze, futhi sicela ungakhokhi futhi. Ungalivala leli khasi.',
  },
  held: {
    status: 'Ibekiwe',
    heading: 'Ibekwe eceleni ekhadini lakho',
    detail:
      'Akukho mali ethathiwe okwamanje. Ezosetshenziswa izothathwa kamuva, esele idedelwe. Akukho okumele ukwenze.',
  },
  released: {
    status: 'Ayithathwanga',
    heading: 'Ayisabekiwe eceleni',
    detail: 'Akukho mali ethathiwe: imali ebibekwe eceleni ekhadini lakho idedelwe.',
  },
  unfinished: {
    status: 'Akukakhokhwa',
    heading: 'Awukaqedi ukukhokha',
    detail: 'Akukho mali ethathiwe ekhadini lakho. Uma usanda kukhokha, phinda ubheke emva komzuzwana.',
  },
  failed: {
    status: 'Akukhokhwanga',
    heading: 'Inkokhelo ayiphumelelanga',
    calledOff: 'Ikhanseliwe.',
    elsewhere: 'Uqale kabusha kwenye indawo.',
    notInTime: 'Ayiqedwanga ngesikhathi.',
    nothingTaken: 'Akukho mali ethathiwe.',
    wasFor: (name) => html`Ubukhokhela: ${name}.`,
    wasForMore: (name, count) => html`Ubukhokhela: ${name} nokunye okungu-${count}.`,
  },
  declines,
  refreshes: 'Leli khasi liyazibuyekeza lona.',
  checkAgain: 'Phinda ubheke',
  seeOwed: 'Bona okukweletwayo',
  tryAgain: (amount) => html`Zama ukukhokha ${amount} futhi`,
  another: 'Khokha enye imali',
}
