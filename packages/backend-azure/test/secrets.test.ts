/**
 * Secrets: no error shows one, whoever prints it. Not enumerable members count as well, because
 * test runners and some loggers print them; and so do the causes, however deep.
 */
import { StorageSharedKeyCredential } from '@azure/storage-blob'
import { createHttpHeaders, createPipelineRequest, RestError } from '@azure/core-rest-pipeline'
import { inspect } from 'node:util'
import { describe, expect, it, onTestFinished } from 'vitest'
import { withoutSecrets } from '@aos-storage/core/remote'
import { toStorageError } from '../src/errors.ts'
import { AzureQueueBackend, AzureStorageBackend, AzureTableBackend } from '../src/index.ts'
import { azureSecrets } from '../src/sdk-failure.ts'
import { answeringService, type SeenRequest } from './support/answering-service.ts'

const sas = 'sv=2026-10-06&ss=bqt&srt=sco&sp=r&sig=czNjcjN0U2lnbmF0dXJl'
const accountKey = Buffer.from('a key that nobody may see, of the account').toString('base64')

/** Everything that can be reached from a value, as text. */
function allText(value: unknown): string {
  const seen = new Set<unknown>()
  const texts: string[] = []
  const visit = (each: unknown): void => {
    if (typeof each === 'string') texts.push(each)
    if (typeof each !== 'object' || each === null || seen.has(each)) return
    seen.add(each)
    if (each instanceof Uint8Array) texts.push(Buffer.from(each).toString('base64'))
    if (each instanceof Map || each instanceof Set) for (const entry of each) visit(entry)
    for (const name of Reflect.ownKeys(each)) {
      if (typeof name === 'string') texts.push(name)
      visit((each as Record<PropertyKey, unknown>)[name])
    }
  }
  visit(value)
  return texts.join('\n')
}

function everyPrint(error: unknown): string {
  return [
    String(error),
    JSON.stringify(error),
    JSON.stringify((error as Error).cause),
    inspect(error, { depth: 10 }),
    inspect(error, { depth: 10, showHidden: true }),
    allText(error),
  ].join('\n')
}

/** Azure explains a wrong signature by the one it got. */
function explained({ method, headers }: SeenRequest): { status: number; body: string } {
  const signature = /:(.+)$/.exec(headers.authorization ?? '')?.[1] ?? ''
  const detail = `The MAC signature found in the HTTP request '${signature}' is not the same`
  const body =
    `<?xml version="1.0" encoding="utf-8"?><Error><Code>AuthenticationFailed</Code>` +
    `<Message>Server failed to authenticate the request. ${detail}</Message>` +
    `<AuthenticationErrorDetail>${detail}</AuthenticationErrorDetail></Error>`
  return { status: 403, body: method === 'HEAD' ? '' : body }
}

interface Closable {
  readonly health: () => Promise<unknown>
  readonly close: () => Promise<void>
}

describe('errors of the services', () => {
  it.each(['key', 'sas'] as const)('never show the %s that signs', async (kind) => {
    const service = await answeringService((request) => ({
      ...explained(request),
      headers: { 'x-ms-error-code': 'AuthenticationFailed', 'content-type': 'application/xml' },
    }))
    const rights =
      kind === 'key' ? `AccountName=acme;AccountKey=${accountKey}` : `SharedAccessSignature=${sas}`
    const { url } = service
    const endpoints = ['Blob', 'Table', 'Queue'].map((name) => `${name}Endpoint=${url}`)
    const connectionString = [rights, ...endpoints].join(';')
    const blobs = new AzureStorageBackend({ connectionString, container: 'data' })
    const tables = new AzureTableBackend({ connectionString })
    const queues = new AzureQueueBackend({ connectionString })
    const stores: readonly Closable[] = [blobs, tables, queues]
    onTestFinished(async () => void (await Promise.all(stores.map((store) => store.close()))))
    const calls: readonly (() => Promise<unknown>)[] = [
      () => blobs.stat('doc'),
      () => blobs.read('doc'),
      () => blobs.write('doc', new Uint8Array(3), { contentType: 'text/plain' }),
      () => blobs.list(),
      () => blobs.copy('doc', 'to'),
      async () => (await blobs.deleteMany(['a', 'b']))[0]!.error,
      () => tables.createTable('Orders'),
      () => queues.createQueue('mail'),
    ]
    for (const call of calls) {
      const error = await call().catch((thrown: unknown) => thrown)
      expect(error).toMatchObject({ code: 'UNAUTHENTICATED', requestId: 'test' })
      const shown = everyPrint(error)
      for (const secret of secretsOf(service.requests)) expect(shown).not.toContain(secret)
    }
    for (const store of stores) {
      const shown = everyPrint(await store.health())
      for (const secret of secretsOf(service.requests)) expect(shown).not.toContain(secret)
    }
    expect(service.requests.length).toBeGreaterThan(10)
    const printed = stores.map((store) => inspect(store, { depth: 10, showHidden: true })).join('')
    expect(printed).not.toContain(accountKey)
    expect(printed).not.toContain('czNjcjN0U2lnbmF0dXJl')
  })

  it('keep what their cause is good for', async () => {
    const headers = createHttpHeaders({ authorization: 'Bearer eyJhbGciOiJSUzI1NiJ9.e30.c2ln' })
    const request = createPipelineRequest({ url: `https://acme.example/data?${sas}`, headers })
    const answer = {
      request,
      status: 409,
      headers: createHttpHeaders({ 'x-ms-error-code': 'BlobArchived', 'x-ms-request-id': 'id' }),
    }
    const thrown = new RestError(`GET ${request.url} failed`, { request, response: answer })
    const error = toStorageError(thrown, { backend: 'azblob', operation: 'read' })
    expect(everyPrint(error)).not.toMatch(/eyJhbGci|c2ln|U2lnbmF0dXJl/)
    expect(error.cause).toMatchObject({
      name: 'RestError',
      code: 'BlobArchived',
      statusCode: 409,
      requestId: 'id',
    })
    // Seen again, by another layer of our own, it means the same.
    expect(toStorageError(error.cause, { backend: 'azblob', operation: 'x' }).code).toBe('CONFLICT')
  })

  it('are cut where texts are long, and lose signatures wherever they stand', () => {
    const shown = (text: string): string => withoutSecrets(text, azureSecrets)
    const long = shown(`https://a.example/?${sas}&x=1 ${'x'.repeat(5000)}`)
    expect(long).toContain('sig=…&x=1')
    expect(long.length).toBeLessThan(1100)
    expect(shown('Authorization: SharedKey acme:c2VjcmV0')).not.toContain('c2VjcmV0')
    expect(shown('authorization: bearer  abc.def')).not.toContain('abc')
    expect(shown(`AccountName=a;AccountKey=${accountKey};x`)).not.toContain(accountKey)
  })
})

/** What must not be seen: the key, the SAS, and every signature that was sent. */
function secretsOf(requests: readonly SeenRequest[]): string[] {
  const signatures = requests.flatMap(
    ({ headers }) => /^SharedKey [^:]+:(.+)$/.exec(headers.authorization ?? '')?.slice(1) ?? [],
  )
  const inBytes = new StorageSharedKeyCredential('acme', accountKey).computeHMACSHA256('x')
  return [accountKey, 'czNjcjN0U2lnbmF0dXJl', inBytes, ...new Set(signatures)]
}
