/** The first and last addresses of every range that is not the public internet, and each form of IPv6 that reaches one. */
export const forbiddenAddresses = [
  ...['0.0.0.0', '0.255.255.255', '10.0.0.0', '10.255.255.255', '100.64.0.0', '100.127.255.255', '100.100.100.200'],
  ...['127.0.0.1', '127.255.255.255', '168.63.129.16', '169.254.0.0', '169.254.169.254', '169.254.255.255'],
  ...['172.16.0.0', '172.31.255.255', '192.0.0.0', '192.0.0.192', '192.0.2.1', '192.88.99.1', '192.168.0.0'],
  ...['192.168.255.255', '198.18.0.0', '198.19.255.255', '198.51.100.7', '203.0.113.7', '224.0.0.1', '239.255.255.255'],
  ...['240.0.0.1', '255.255.255.255'],
  ...['::', '::1', '::7f00:1', '::ffff:127.0.0.1', '::ffff:8.8.8.8', '::ffff:7f00:1', '::ffff:0:7f00:1'],
  ...['64:ff9b::7f00:1', '64:ff9b::808:808', '64:ff9b:1::1', '100::1', 'fc00::1', 'fdff::1', 'fd00:ec2::254'],
  ...['fe80::1', 'febf::1', 'fec0::1', 'feff::1', 'ff02::1', '5f00::1', '4000::1'],
  ...['2001::1', '2001:0:7f00:1::1', '2001:10::1', '2001:20::1', '2001:1ff::1', '2001:db8::1'],
  ...['2002:7f00:1::1', '2002::1', '3fff::1'],
]

const spelled = ['127.0.0.1', '10.0.0.1', '172.16.0.1', '192.168.0.1', '169.254.169.254', '168.63.129.16']

/** The ways to write an IPv4 address that a URL parser, a resolver or a router takes for the same one. */
function spellingsOf(address: string): string[] {
  const parts = address.split('.').map(Number) as [number, number, number, number]
  const [a, b, c, d] = parts
  const whole = ((a << 24) | (b << 16) | (c << 8) | d) >>> 0
  const hex = (value: number, digits = 0) => value.toString(16).padStart(digits, '0')
  const octal = (value: number) => `0${value.toString(8)}`
  const groups = `${hex(a * 256 + b)}:${hex(c * 256 + d)}`
  const other = (zero: number) => address.replaceAll(/\d/g, (digit) => String.fromCodePoint(zero + Number(digit)))
  return [
    ...[address, `${address}.`, String(whole), `0x${hex(whole)}`, `0X${hex(whole).toUpperCase()}`, octal(whole)],
    ...[
      parts.map(octal).join('.'),
      parts.map((part) => `0x${hex(part)}`).join('.'),
      `0x${hex(a)}.${b}.${octal(c)}.${d}`,
    ],
    ...[parts.map((part) => `0000${octal(part)}`).join('.'), `${a}.${b}.${c * 256 + d}`, `${a}.${whole % 2 ** 24}`],
    ...[address.replaceAll('.', '\u3002'), address.replaceAll('.', '\uff0e'), address.replaceAll('.', '\uff61')],
    // Full-width and mathematical digits; those in circles have no place for a zero.
    ...[
      other(0xff10),
      other(0x1d7ce),
      address.replaceAll(/[1-9]/g, (digit) => String.fromCodePoint(0x245f + Number(digit))),
    ],
    ...[address.replaceAll(/\d/g, (digit) => `%3${digit}`), address.replaceAll('.', '%2e')],
    ...[`[::ffff:${address}]`, `[::FFFF:${groups}]`, `[0:0:0:0:0:ffff:${groups}]`, `[::${address}]`],
    ...[`[::ffff:0:${groups}]`, `[64:ff9b::${address}]`, `[64:ff9b:1::${groups}]`, `[2002:${groups}::]`],
    `[2001:0:${groups}::]`,
  ]
}

/** Hosts of URLs that reach an address which may not be reached, however they are spelled. */
export const forbiddenHosts = [
  ...forbiddenAddresses.map((address) => (address.includes(':') ? `[${address}]` : address)),
  ...spelled.flatMap(spellingsOf),
  ...['0', '0x0', '00', '0.0', '127.1', '127.0.1', '0177.1', '0x7f.1', '[0:0:0:0:0:0:0:0]', '[0000::0001]'],
  ...['localhost', 'LOCALHOST', 'localhost.', 'a.localhost', 'localhost.localdomain', 'ip6-localhost', 'ip6-loopback'],
  ...['\u24db\u24de\u24d2\u24d0\u24db\u24d7\u24de\u24e2\u24e3', 'loca\u00adlhost', '%6c%6f%63%61%6c%68%6f%73%74'],
]

/** What stands for a host, with what a reader may take for another one: `%s` is an address that may not be reached. */
export const misleadingAuthorities = [
  ...['user@%s', 'user:password@%s', '8.8.8.8@%s', '8.8.8.8:80@%s', '8.8.8.8%40@%s', '@%s', ':@%s', 'a@b@%s'],
  ...[
    '%s\\@8.8.8.8',
    '%s/@8.8.8.8',
    '%s?@8.8.8.8',
    '%s#@8.8.8.8',
    '%s#.example.com',
    '%s/.example.com',
    '%s?.example.com',
  ],
]

/** Addresses with a zone, which no URL may name. */
export const zonedHosts = [
  '[fe80::1%25lo]',
  '[fe80::1%lo]',
  '[::1%25lo]',
  '[::1%251]',
  '[fe80::1%25eth0]',
  'fe80::1%lo',
]
