// Minor-unit digits per ISO 4217. They are ours and passed to Intl explicitly, because its defaults are CLDR's: it gives IDR,
// COP and HUF no digits where the standard has two.
const codesByExponent: Readonly<Record<number, string>> = {
  0: `
    BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XAG XAU XBA XBB XBC XBD XDR XOF XPD XPF XPT XSU
    XTS XUA XXX`,
  2: `
    AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE CHF CHW CNY
    COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS
    INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR
    MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP
    STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XAD XCD XCG YER ZAR ZMW ZWG`,
  3: `
    BHD IQD JOD KWD LYD OMR TND`,
  4: `
    CLF UYW`,
}

// Withdrawn, with the digits they had: what is owed in one stays owed, but nothing new is opened in it.
const withdrawn: ReadonlyMap<string, number> = new Map([
  // 2021, for CUP.
  ['CUC', 2],
  // 2025, for XCG.
  ['ANG', 2],
  // 2026, for EUR.
  ['BGN', 2],
])

const exponents: ReadonlyMap<string, number> = new Map(
  Object.entries(codesByExponent).flatMap(([exponent, codes]) =>
    codes
      .trim()
      .split(/\s+/)
      .map((code) => [code, Number(exponent)] as const),
  ),
)

/** Whether `code` is an active ISO 4217 code, in upper case: one that something new may be opened in. */
export function isCurrency(code: string): boolean {
  return exponents.has(code)
}

/** Whether `code` was an active code until it was withdrawn: a balance from then may still have it. */
export function isWithdrawn(code: string): boolean {
  return withdrawn.has(code)
}

/** How many decimals the currency has, a withdrawn one too; `undefined` for a code that is none. */
export function exponentOf(code: string): number | undefined {
  return exponents.get(code) ?? withdrawn.get(code)
}

/** Every code that a balance may have, active or withdrawn, in alphabetical order. */
export function keptCurrencyCodes(): string[] {
  return [...exponents.keys(), ...withdrawn.keys()].sort()
}
