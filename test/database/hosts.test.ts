import { describe, expect, test } from 'vitest'
import { readHosts } from '../../src/database/hosts.ts'

describe('hosts of an address', () => {
  test('each gets an address of its own, with the user and the parameters of all', () => {
    const url =
      'postgresql://user:p%40ss@db1:5433,db2,[::1]:5432/tallystick?sslmode=require&target_session_attrs=read-write'
    expect(readHosts(url)).toEqual([
      { name: 'db1:5433', connectionString: 'postgresql://user:p%40ss@db1:5433/tallystick?sslmode=require' },
      { name: 'db2:5432', connectionString: 'postgresql://user:p%40ss@db2/tallystick?sslmode=require' },
      { name: '[::1]:5432', connectionString: 'postgresql://user:p%40ss@[::1]:5432/tallystick?sslmode=require' },
    ])
  })

  test.each([
    ['postgres://db1/name', 'postgres://db1/name'],
    ['postgres://u@/name?host=%2Frun%2Fsocket&port=5432', 'postgres://u@/name?host=%2Frun%2Fsocket&port=5432'],
    ['postgres://db1/name?target_session_attrs=primary&sslmode=require', 'postgres://db1/name?sslmode=require'],
    ['postgres://db1/name?target_session_attrs=read-write', 'postgres://db1/name'],
    ['postgres://u:p,x@y@db1/name', 'postgres://u:p,x@y@db1/name'],
    ['postgres://u:p#x@db1,db2/name', 'postgres://u:p#x@db1,db2/name'],
  ])('%s is one', (url, connectionString) => {
    expect(readHosts(url).map((host) => host.connectionString)).toEqual([connectionString])
  })

  test.each([
    ['postgres://db1,db2/name?target_session_attrs=prefer-standby', 'target_session_attrs=read-write'],
    ['postgres://u:secret@/name?host=db1,db2', 'before the database'],
    ['postgres://u:secret@/name?host=db1%2Cdb2', 'before the database'],
    ['postgres://u:secret@db1,,db2/name', 'on both sides'],
    ['postgres://u:secret@db1,/name', 'on both sides'],
    ['postgres://u:secret,x/y@db1/name', 'must be escaped'],
  ])('%s is refused, without repeating it', (url, why) => {
    expect(() => readHosts(url)).toThrow(why)
    expect(() => readHosts(url)).not.toThrow('secret')
  })
})
