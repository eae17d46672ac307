/** Servers that speak TLS with a certificate that does not fit, and what to do about it. */
import { S3Client } from '@aws-sdk/client-s3'
import { NodeHttpHandler } from '@smithy/node-http-handler'
import { once } from 'node:events'
import { Agent, createServer } from 'node:https'
import type { AddressInfo, LookupFunction } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { plainServer, S3StorageBackend } from '../../src/index.ts'
import { selfSigned, type SelfSigned } from '../support/certificate.ts'

const credentials = { accessKeyId: 'AKIA', secretAccessKey: 'a-secret' }
const fixed = { server: plainServer, attemptsMax: 2, retryDelayMs: 0 } as const

/** A server that finds every object missing; gives its port, and the paths that were asked for. */
async function tlsServer(own: SelfSigned): Promise<{ port: number; paths: string[] }> {
  const paths: string[] = []
  const server = createServer({ ...own }, ({ headers, url }, response) => {
    paths.push(`${headers.host?.replace(/:\d+$/, '')}${url}`)
    response.writeHead(404, { 'content-type': 'application/xml' })
    response.end('<Error><Code>NoSuchKey</Code></Error>')
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return { port: (server.address() as AddressInfo).port, paths }
}

/** Every host is this one. */
const here: LookupFunction = (_, options, callback) => {
  if (options.all === true) callback(null, [{ address: '127.0.0.1', family: 4 }])
  else callback(null, '127.0.0.1', 4)
}

/** A client that trusts the certificate. */
function clientFor(port: number, ca: string, forcePathStyle: boolean): S3Client {
  const client = new S3Client({
    ...{ endpoint: `https://s3.test:${port}`, region: 'us-east-1', credentials, forcePathStyle },
    maxAttempts: 1,
    requestHandler: new NodeHttpHandler({ httpsAgent: new Agent({ ca, lookup: here }) }),
  })
  onTestFinished(() => client.destroy())
  return client
}

describe('a bucket with dots in its name', () => {
  it('does not fit the certificate by host, which is told with the way out', async () => {
    const own = selfSigned('*.s3.test')
    const { port, paths } = await tlsServer(own)
    const open = (bucket: string): Promise<S3StorageBackend> =>
      S3StorageBackend.open({ client: clientFor(port, own.cert, false), bucket, ...fixed })
    const plain = await open('data')
    await expect(plain.read('doc')).rejects.toMatchObject({ code: 'NOT_FOUND' })
    const dotted = await open('data.with.dots')
    for (const call of [() => dotted.read('doc'), () => dotted.stat('doc'), () => dotted.list()]) {
      await expect(call()).rejects.toMatchObject({
        ...{ code: 'UNAVAILABLE', retryable: 'no', backend: 's3' },
        message: expect.stringMatching(
          /certificate is for another host.*dots.*forcePathStyle: true.*ERR_TLS_CERT_ALTNAME/,
        ) as string,
      })
    }
    expect((await dotted.health()).message).toContain('forcePathStyle: true')
    expect(paths.every((path) => path.startsWith('data.s3.test/doc'))).toBe(true)
  })

  it('fits by path', async () => {
    const own = selfSigned('s3.test')
    const { port, paths } = await tlsServer(own)
    const client = clientFor(port, own.cert, true)
    const store = await S3StorageBackend.open({ client, bucket: 'data.with.dots', ...fixed })
    await expect(store.read('doc')).rejects.toMatchObject({ code: 'NOT_FOUND' })
    expect(paths[0]).toMatch(/^s3\.test\/data\.with\.dots\/doc/)
  })
})

describe('a certificate that nobody trusts', () => {
  it.each(['our own client', 'a given client'])('is told with what to add: %s', async (kind) => {
    const { port, paths } = await tlsServer(selfSigned('localhost'))
    const endpoint = `https://127.0.0.1:${port}`
    const client = new S3Client({ endpoint, region: 'us-east-1', credentials, maxAttempts: 1 })
    onTestFinished(() => client.destroy())
    const place = kind === 'our own client' ? { endpoint, credentials } : { client }
    const store = await S3StorageBackend.open({ bucket: 'data', ...place, ...fixed })
    onTestFinished(() => store.close())
    for (const call of [() => store.read('doc'), () => store.list()]) {
      await expect(call()).rejects.toMatchObject({
        ...{ code: 'UNAVAILABLE', retryable: 'no' },
        message: expect.stringContaining('NODE_EXTRA_CA_CERTS') as string,
      })
    }
    expect(paths).toEqual([])
  })

  it('of a server that speaks no TLS is told by its endpoint', async () => {
    const { createServer: plain } = await import('node:http')
    const server = plain().listen(0, '127.0.0.1')
    await once(server, 'listening')
    onTestFinished(() => void server.close())
    const endpoint = `https://127.0.0.1:${(server.address() as AddressInfo).port}`
    const store = await S3StorageBackend.open({ bucket: 'data', endpoint, credentials, ...fixed })
    onTestFinished(() => store.close())
    await expect(store.read('doc')).rejects.toMatchObject({
      ...{ code: 'UNAVAILABLE', retryable: 'no' },
      message: expect.stringMatching(/check the endpoint/) as string,
    })
  })
})
