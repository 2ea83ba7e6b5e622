import { expect, test } from 'vitest'
import { inNetworks, readNetworks } from '../../src/core/networks.ts'

test.each([
  ['', []],
  [' , ', []],
  ['10.0.0.1', [{ address: '10.0.0.1', prefix: 32 }]],
  ['::1', [{ address: '::1', prefix: 128 }]],
  [
    '10.0.0.0/8, fd00::/7',
    [
      { address: '10.0.0.0', prefix: 8 },
      { address: 'fd00::', prefix: 7 },
    ],
  ],
  ['10.0.0.0/1', [{ address: '10.0.0.0', prefix: 1 }]],
  ['10.0.0.0/32', [{ address: '10.0.0.0', prefix: 32 }]],
  ['FD00::/128', [{ address: 'FD00::', prefix: 128 }]],
])('%j is read', (text, networks) => {
  expect(readNetworks(text)).toEqual(networks)
})

test.each([
  '0.0.0.0/0',
  '::/0',
  '10.0.0.0/33',
  '::/129',
  '10.0.0.0/',
  '10.0.0.0/x',
  '10.0.0.0/8x',
  'x10.0.0.0/8',
  '10.0.0/8',
  '10.0.0.0/1000',
  'example.com',
  '10.0.0.1, example.com',
  '10.0.0.1 10.0.0.2',
])('%j is not', (text) => {
  expect(readNetworks(text)).toBeUndefined()
})

test('an address is in a network by its bits, and what is none is in no network', () => {
  const isIn = inNetworks([
    { address: '10.0.0.0', prefix: 8 },
    { address: 'fe80::', prefix: 10 },
  ])
  expect(['10.0.0.0', '10.255.255.255', 'fe80::1', 'febf::1'].map(isIn)).toEqual([true, true, true, true])
  expect(['9.255.255.255', '11.0.0.0', 'fec0::', 'fe80::1%eth0', '', 'x', '10.0.0'].filter(isIn)).toEqual([])
  expect(inNetworks([])('10.0.0.1')).toBe(false)
})
