/** Accounts: what each way to name one means, and what is refused without quoting a secret. */
import { describe, expect, it } from 'vitest'
import { type AccountOptions, accountOf } from '../src/account.ts'

const key = 'c2VjcmV0a2V5'
const token = { getToken: async () => null }
const sas = 'sv=2026-02-06&sig=s3cr3t%3D'

describe('an account', () => {
  it('of a connection string is at the public address, or where it says', () => {
    const text = `DefaultEndpointsProtocol=https;AccountName=acc;AccountKey=${key}`
    const account = {
      blobUrl: 'https://acc.blob.core.windows.net',
      tableUrl: 'https://acc.table.core.windows.net',
      queueUrl: 'https://acc.queue.core.windows.net',
      credential: { kind: 'key', accountName: 'acc', accountKey: key },
    }
    expect(accountOf({ connectionString: text })).toEqual(account)
    const suffixed = accountOf({
      connectionString: `${text};EndpointSuffix=core.chinacloudapi.cn;`,
    })
    expect(suffixed.tableUrl).toBe('https://acc.table.core.chinacloudapi.cn')
    const own = accountOf({
      connectionString: `BlobEndpoint=https://acc.blob.core.usgovcloudapi.net/;${text}`,
    })
    expect(own).toMatchObject({
      blobUrl: 'https://acc.blob.core.usgovcloudapi.net',
      tableUrl: 'https://acc.table.core.usgovcloudapi.net',
      queueUrl: 'https://acc.queue.core.usgovcloudapi.net',
    })
    const shuffled = accountOf({
      connectionString: ` accountkey = ${key}== ;;ACCOUNTNAME=acc; defaultEndpointsProtocol=https `,
    })
    expect(shuffled).toEqual({
      ...account,
      credential: { ...account.credential, accountKey: `${key}==` },
    })
    const local = accountOf({
      connectionString: `AccountName=acc;AccountKey=${key};BlobEndpoint=http://127.0.0.1:1/acc/`,
      queueUrl: 'http://localhost:2/acc',
    })
    expect(local).toMatchObject({
      blobUrl: 'http://127.0.0.1:1/acc',
      tableUrl: undefined,
      queueUrl: 'http://localhost:2/acc',
    })
  })

  it('of the emulator has its well-known key', () => {
    const account = accountOf({ connectionString: 'UseDevelopmentStorage=true' })
    expect(account.blobUrl).toBe('http://127.0.0.1:10000/devstoreaccount1')
    expect(account.credential).toMatchObject({ kind: 'key', accountName: 'devstoreaccount1' })
    const there = 'UseDevelopmentStorage=true;DevelopmentStorageProxyUri=http://localhost'
    expect(accountOf({ connectionString: there }).queueUrl).toBe(
      'http://localhost:10001/devstoreaccount1',
    )
    const afar = { connectionString: there.replace('localhost', 'emulator.example') }
    expect(() => accountOf(afar)).toThrow(/plain http/)
  })

  it('of a connection string with a SAS, and of SAS URLs, is signed by the SAS', () => {
    const credential = { kind: 'sas', sas }
    const text = `BlobEndpoint=https://acc.blob.core.windows.net;SharedAccessSignature=?${sas}`
    expect(accountOf({ connectionString: text })).toMatchObject({ credential })
    const whole = accountOf({ sasUrl: `https://acc.blob.core.windows.net/?${sas}` })
    expect(whole).toMatchObject({ credential, blobUrl: 'https://acc.blob.core.windows.net' })
    expect(whole.container).toBeUndefined()
    const one = accountOf({ sasUrl: `https://acc.blob.core.windows.net/data?${sas}` })
    expect(one).toMatchObject({ container: 'data', queueUrl: 'https://acc.queue.core.windows.net' })
    const local = accountOf({ sasUrl: `http://127.0.0.1:1/acc/data?${sas}` })
    expect(local).toMatchObject({ container: 'data', blobUrl: 'http://127.0.0.1:1/acc' })
  })

  it('of a URL has the services beside it', () => {
    const account = accountOf({
      accountUrl: 'https://acc.blob.core.windows.net/',
      credential: token,
    })
    expect(account).toEqual({
      blobUrl: 'https://acc.blob.core.windows.net',
      tableUrl: 'https://acc.table.core.windows.net',
      queueUrl: 'https://acc.queue.core.windows.net',
      credential: { kind: 'token', token },
    })
    const own = accountOf({ accountUrl: 'https://storage.example', credential: token })
    expect(own.tableUrl).toBeUndefined()
  })

  it.each<[string, AccountOptions, RegExp]>([
    ['nothing', {}, /Give one of/],
    ['two', { connectionString: 'x', sasUrl: 'y' }, /Give one of/],
    ['a URL alone', { accountUrl: 'https://s3cr3t.example' }, /go together/],
    ['no credential', { connectionString: 'AccountName=s3cr3t' }, /neither AccountName/],
    ['a cut key', { connectionString: 'AccountName=a;AccountKey=s3cr3t!' }, /no base64/],
    ['a URL without signature', { sasUrl: 'https://acc.example/s3cr3t' }, /no signature/],
    ['a blob SAS', { sasUrl: `https://acc.example/data/blob?${sas}` }, /single blob/],
    ['plain http', { accountUrl: 'http://acc.example', credential: token }, /plain http/],
    [
      'http to a host named like this one',
      { accountUrl: 'http://127.0.0.1.example', credential: token },
      /plain http/,
    ],
    [
      'a container in the wrong place',
      { accountUrl: 'https://acc.blob.core.windows.net/data', credential: token },
      /option container/,
    ],
    [
      'http by protocol',
      { connectionString: `DefaultEndpointsProtocol=http;AccountName=a;AccountKey=${key}` },
      /plain http to a\.blob\.core\.windows\.net.*DefaultEndpointsProtocol=https, and BlobEndp/,
    ],
    [
      'a token over http, also on this host',
      { accountUrl: 'http://127.0.0.1:1/acc', credential: token },
      /https only/,
    ],
    ['a password', { accountUrl: 'https://u:s3cr3t@acc.example', credential: token }, /password/],
    ['another protocol', { accountUrl: 'ftp://acc.example', credential: token }, /no http/],
    [
      'http for tables',
      { accountUrl: 'https://acc.example', credential: token, tableUrl: 'http://t.example' },
      /tableUrl is plain http/,
    ],
  ])('of %s is refused', (_name, options, message) => {
    const call = (): unknown => accountOf(options)
    expect(call).toThrow(message)
    expect(call).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }))
    expect(call).not.toThrow(/s3cr3t/)
  })
})
