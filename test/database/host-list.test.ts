import assert from 'node:assert/strict'
import { test } from 'node:test'
import { recogniseDatabase } from '../../src/database/recognise.ts'
import { hostList } from '../../src/database/url/host-list.ts'

test('a URL of one host is left as it is', () => {
  const url = 'mysql://ada:p%40ss@db.example:3307/app?ssl=true'
  assert.deepEqual(hostList(url), { urls: [url] })
})

test('a URL of several hosts is one URL for each, with a port of its own', () => {
  assert.deepEqual(hostList('mariadb://ada:p%2Css@a,b:3307,[::1]:3308/app?ssl=true'), {
    urls: [
      'mariadb://ada:p%2Css@a/app?ssl=true',
      'mariadb://ada:p%2Css@b:3307/app?ssl=true',
      'mariadb://ada:p%2Css@[::1]:3308/app?ssl=true',
    ],
  })
})

test('several hosts are recognised for MySQL, MariaDB and PostgreSQL', () => {
  assert.deepEqual(recogniseDatabase('mysql://a,b,c/db'), { dialect: 'mysql' })
  assert.deepEqual(recogniseDatabase('mariadb://a:1,b:2/db?wsrep_sync_wait=7&selector=RR'), { dialect: 'mysql' })
  assert.deepEqual(recogniseDatabase('postgres://a:1,b:2/db?target_session_attrs=read-write'), { dialect: 'pg' })
})

test('a bad list is refused with what is wrong and without anything of the URL', () => {
  const faults: [string, RegExp][] = [
    ['mysql://ada:hush@a,,c/db', /^has an empty entry in its list of hosts; write /],
    ['mysql://ada:hush@a,b,/db', /^has an empty entry in its list of hosts; write /],
    ['mysql://ada:hush@a:1,b:1,a:1/db', /^names one of its hosts twice; remove the duplicate$/],
    ['mysql://ada:hush@a,b:hush,c/db', /^has an invalid host, number 2 of its list; write /],
    ['postgres://ada:hush@a,b:99999/db', /^has an invalid host, number 2 of its list; write /],
    ['mysql://ada:hu#sh@a,b/db', /^is not a valid mysql URL; percent-encode the password$/],
    ['mysql://a,b/db?wsrep_sync_wait=hush', /^has a wsrep_sync_wait that is no number from 0 to 15; /],
    ['mysql://a/db?selector=hush', /^has an unknown selector; write \?selector=ORDER, or RR /],
  ]
  for (const [url, expected] of faults) {
    const recognised = recogniseDatabase(url)
    assert.ok('fault' in recognised, url)
    assert.match(recognised.fault, expected)
    assert.doesNotMatch(recognised.fault, /hu#?sh|ada/)
  }
})

test('settings of a PostgreSQL URL that sessions cannot be kept with are refused', () => {
  const faults: [string, RegExp][] = [
    ['postgres://a,b/db?target_session_attrs=standby', /^has a target_session_attrs that allows a standby/],
    ['postgres://a/db?target_session_attrs=any', /^has a target_session_attrs that allows a standby/],
    ['postgres://a/db?prepare=no', /^has a prepare that is neither true nor false; write \?prepare=false/],
  ]
  for (const [url, expected] of faults) {
    const recognised = recogniseDatabase(url)
    assert.ok('fault' in recognised, url)
    assert.match(recognised.fault, expected)
  }
  assert.deepEqual(recogniseDatabase('postgres://a,b/db?target_session_attrs=primary&prepare=false'), { dialect: 'pg' })
})
