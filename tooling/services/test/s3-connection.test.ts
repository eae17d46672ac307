import { expect, it } from 'vitest'

import { s3Connection } from '../src/index.ts'
import { shownUrl } from '../src/shown-url.ts'

const url =
  'https://KEY:a%2Fb%2Bc@s3.example.com:9000/base/?region=eu-central-1' +
  '&otherAccessKeyId=OTHER&otherSecretAccessKey=d%2Fe%2Bf'

it('takes a URL apart', () => {
  expect(s3Connection(url)).toEqual({
    endpoint: 'https://s3.example.com:9000/base',
    region: 'eu-central-1',
    accessKeyId: 'KEY',
    secretAccessKey: 'a/b+c',
    otherUser: { accessKeyId: 'OTHER', secretAccessKey: 'd/e+f' },
  })
})

it('needs neither a region nor a second user', () => {
  expect(s3Connection('http://k:s@127.0.0.1:7480')).toEqual({
    endpoint: 'http://127.0.0.1:7480',
    region: 'us-east-1',
    accessKeyId: 'k',
    secretAccessKey: 's',
    otherUser: undefined,
  })
})

it('is shown without what lets one in', () => {
  expect(shownUrl(url)).toBe(
    'https://...@s3.example.com:9000/base/?region=eu-central-1' +
      '&otherAccessKeyId=OTHER&otherSecretAccessKey=...',
  )
})
