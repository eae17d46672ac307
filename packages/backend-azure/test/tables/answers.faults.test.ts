/** What network and service do to requests about tables: lost, late, busy, broken answers. */
import { type Entity, isStorageError, TableStore } from '@aos-storage/core'
import { type FaultProxy, type RequestRule, startFaultProxy } from '@aos-storage/core/testing'
import { describeWithService } from '@aos-tooling/services/vitest'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { AzureTableBackend } from '../../src/index.ts'

const table = 'Faulty'
/** Once, and by no code that blames another writer. */
const open = {
  code: 'UNAVAILABLE',
  message: expect.stringMatching(
    /^(?!.*the outcome is open.*the outcome is open).*the outcome is open/,
  ),
  retryable: 'no',
}

describeWithService('azurite', (service) => {
  let proxy: FaultProxy
  /** Goes through the proxy. */
  let tables: AzureTableBackend
  /** Goes around it. */
  let truth: AzureTableBackend
  let rows = 0

  beforeAll(async () => {
    const target = new URL(/TableEndpoint=([^;]+)/.exec(service.url)![1]!).origin
    proxy = await startFaultProxy({ target })
    const connectionString = proxy.rewrite(service.url)
    tables = new AzureTableBackend({ connectionString, retryDelayMs: 1, retryDelayMsMax: 5000 })
    truth = new AzureTableBackend({ connectionString: service.url })
    await truth.createTable(table)
  })
  afterAll(async () => {
    await tables.close()
    await truth.close()
    await proxy.close()
  })

  function fault(rule: RequestRule): { readonly fired: number } {
    const armed = proxy.onRequest(rule)
    onTestFinished(() => armed.remove())
    return armed
  }
  const lose = (method: string, times = 1): { readonly fired: number } =>
    fault({ method, times, fault: { kind: 'lost-answer' } })
  const answer = (
    status: number,
    body: string,
    headers: Record<string, string | number> = {},
    times = 1,
  ): { readonly fired: number } =>
    fault({ times, fault: { kind: 'answer', status, body, headers } })
  const failure = (code: string): string =>
    JSON.stringify({ 'odata.error': { code, message: { lang: 'en-US', value: 'Text' } } })

  function newEntity(): Entity {
    return { partitionKey: 'p', rowKey: String(++rows), value: rows }
  }
  async function stored(): Promise<{ entity: Entity; etag: string }> {
    const entity = newEntity()
    const { etag } = await truth.change(table, { type: 'insert', entity })
    return { entity, etag: etag! }
  }

  describe('an answer that is lost', () => {
    it('to an insert leaves it made, once, and told as open: never as ALREADY_EXISTS', async () => {
      const entity = newEntity()
      const lost = lose('POST')
      await expect(tables.change(table, { type: 'insert', entity })).rejects.toMatchObject(open)
      expect(lost.fired).toBe(1)
      expect((await truth.get(table, 'p', entity.rowKey)).entity).toEqual(entity)
    })

    it('to an insert that was never made ends as made', async () => {
      const entity = newEntity()
      const late = answer(500, failure('InternalError'))
      const { etag } = await tables.change(table, { type: 'insert', entity })
      expect(late.fired).toBe(1)
      expect((await truth.get(table, 'p', entity.rowKey)).etag).toBe(etag)
    })

    it.each(['merge', 'replace'] as const)(
      'to a %s of a version is told as open: never as PRECONDITION_FAILED',
      async (mode) => {
        const { entity, etag } = await stored()
        const lost = lose(mode === 'merge' ? 'PATCH' : 'PUT')
        const change = {
          type: 'update',
          mode,
          entity: { ...entity, value: 7 },
          ifMatch: etag,
        } as const
        await expect(tables.change(table, change)).rejects.toMatchObject(open)
        expect(lost.fired).toBe(1)
        expect((await truth.get(table, 'p', entity.rowKey)).entity['value']).toBe(7)
      },
    )

    it('to a change of any version is made again', async () => {
      const { entity } = await stored()
      const lost = lose('PATCH')
      const change = { type: 'upsert', mode: 'merge', entity: { ...entity, value: 8 } } as const
      const { etag } = await tables.change(table, change)
      expect(lost.fired).toBe(1)
      expect((await truth.get(table, 'p', entity.rowKey)).etag).toBe(etag)
    })

    it('to a delete ends as deleted', async () => {
      const { entity } = await stored()
      const lost = lose('DELETE')
      const { partitionKey, rowKey } = entity
      await tables.change(table, { type: 'delete', partitionKey, rowKey })
      expect(lost.fired).toBe(1)
      await expect(truth.get(table, 'p', rowKey)).rejects.toMatchObject({ code: 'NOT_FOUND' })
    })

    it('to a delete of a version is told as open', async () => {
      const { entity, etag } = await stored()
      lose('DELETE')
      const { partitionKey, rowKey } = entity
      await expect(
        tables.change(table, { type: 'delete', partitionKey, rowKey, ifMatch: etag }),
      ).rejects.toMatchObject(open)
    })

    it('to a delete of a version is no "there was none" of a store', async () => {
      const { entity, etag } = await stored()
      const lost = lose('DELETE')
      const store = new TableStore(tables)
      await expect(
        store.delete(table, 'p', entity.rowKey, { ifMatch: etag }),
      ).rejects.toMatchObject(open)
      expect(lost.fired).toBe(1)
    })

    it('to the last try is told as open once by a store, too', async () => {
      lose('POST', 4)
      await expect(new TableStore(tables).insert(table, newEntity())).rejects.toMatchObject(open)
    })

    it('to a transaction is told as open, and it was made once', async () => {
      const entities = [newEntity(), newEntity()]
      const lost = lose('POST')
      const changes = entities.map((entity) => ({ type: 'insert', entity }) as const)
      await expect(tables.transact(table, changes)).rejects.toMatchObject(open)
      expect(lost.fired).toBe(1)
      for (const entity of entities) {
        expect((await truth.get(table, 'p', entity.rowKey)).entity).toEqual(entity)
      }
    })

    it('to a transaction of upserts is made again', async () => {
      const entities = [newEntity(), newEntity()]
      lose('POST')
      const outcomes = await tables.transact(
        table,
        entities.map((entity) => ({ type: 'upsert', mode: 'replace', entity }) as const),
      )
      const { etag } = await truth.get(table, 'p', entities[1]!.rowKey)
      expect(outcomes[1]).toEqual({ etag })
    })

    it('to the creation or deletion of a table ends as created, as deleted', async () => {
      const created = lose('POST')
      expect(await tables.createTable('LostTable')).toBe(true)
      expect(created.fired).toBe(1)
      const deleted = lose('DELETE')
      expect(await tables.deleteTable('LostTable')).toBe(true)
      expect(deleted.fired).toBe(1)
    })

    it('to the last try is exhausted, and open where it matters', async () => {
      lose('GET', 4)
      await expect(tables.get(table, 'p', '1')).rejects.toMatchObject({
        code: 'UNAVAILABLE',
        retryable: 'exhausted',
      })
      lose('POST', 4)
      const change = { type: 'insert', entity: newEntity() } as const
      await expect(tables.change(table, change)).rejects.toMatchObject(open)
    })
  })

  describe('a service that is busy', () => {
    it.each([
      [429, 'TooManyRequests'],
      [503, 'ServerBusy'],
    ])('with %i and Retry-After is waited for', async (status, code) => {
      const { entity } = await stored()
      const busy = answer(status, failure(code), { 'Retry-After': 1 })
      const startedMs = performance.now()
      const found = await tables.get(table, 'p', entity.rowKey)
      expect(busy.fired).toBe(1)
      expect(performance.now() - startedMs).toBeGreaterThan(950)
      expect(found.entity).toEqual(entity)
    })

    it('does not make a refused insert an open one', async () => {
      const { entity } = await stored()
      answer(503, failure('ServerBusy'))
      await expect(tables.change(table, { type: 'insert', entity })).rejects.toMatchObject({
        code: 'ALREADY_EXISTS',
        key: `${table}/p/${entity.rowKey}`,
      })
    })
  })

  describe('an answer that', () => {
    it('breaks off is asked for again', async () => {
      const { entity } = await stored()
      const cut = fault({ method: 'GET', times: 1, fault: { kind: 'cut-body', afterBytes: 20 } })
      expect((await tables.get(table, 'p', entity.rowKey)).entity).toEqual(entity)
      expect(cut.fired).toBe(1)
      const half = answer(200, '{"odata.metadata":"http', { 'content-type': 'application/json' })
      expect((await tables.get(table, 'p', entity.rowKey)).entity).toEqual(entity)
      expect(half.fired).toBe(1)
    })

    it('never comes ends by the time for it, and by the signal', async () => {
      const connectionString = proxy.rewrite(service.url)
      const hasty = new AzureTableBackend({ connectionString, requestMsMax: 200, attemptsMax: 1 })
      onTestFinished(() => hasty.close())
      fault({ method: 'GET', fault: { kind: 'lost-answer', by: 'silence' } })
      await expect(hasty.get(table, 'p', '1')).rejects.toMatchObject({ code: 'TIMEOUT' })
      const controller = new AbortController()
      const call = tables.get(table, 'p', '1', { signal: controller.signal })
      setTimeout(() => controller.abort(new Error('enough')), 50)
      await expect(call).rejects.toMatchObject({ code: 'ABORTED' })
    })

    it.each([
      [409, 'TableBeingDeleted', 'CONFLICT', 'yes'],
      [403, 'AuthenticationFailed', 'UNAUTHENTICATED', 'no'],
      [403, 'AuthorizationPermissionMismatch', 'PERMISSION_DENIED', 'no'],
      [400, 'TooManyProperties', 'QUOTA_EXCEEDED', 'no'],
      [413, 'RequestBodyTooLarge', 'QUOTA_EXCEEDED', 'no'],
      [501, 'NotImplemented', 'UNSUPPORTED', 'no'],
    ])('is %i %s is %s', async (status, code, expected, retryable) => {
      answer(status, failure(code), { 'x-ms-request-id': 'request-1' })
      await expect(
        tables.change(table, { type: 'upsert', mode: 'merge', entity: newEntity() }),
      ).rejects.toMatchObject({
        code: expected,
        retryable,
        status,
        requestId: 'request-1',
        backend: 'aztable',
        operation: 'change',
      })
    })

    it('says that a table is being deleted is no "it was there"', async () => {
      answer(409, failure('TableBeingDeleted'))
      await expect(tables.createTable('Going')).rejects.toMatchObject({
        code: 'CONFLICT',
        retryable: 'yes',
        message: expect.stringContaining('being deleted') as string,
      })
    })
  })

  it('errors hold no secret of the connection string', async () => {
    answer(403, failure('AuthenticationFailed'))
    const error = await tables.get(table, 'p', '1').catch((thrown: unknown) => thrown)
    expect(isStorageError(error)).toBe(true)
    const accountKey = /AccountKey=([^;]+)/.exec(service.url)![1]!
    expect(JSON.stringify(error) + String(error)).not.toContain(accountKey)
  })

  it('no connection is left by a thousand failures', async () => {
    fault({ method: 'GET', probability: 0.5, fault: { kind: 'lost-answer' } })
    const connectionString = proxy.rewrite(service.url)
    const own = new AzureTableBackend({ connectionString, attemptsMax: 1, connectionsMax: 7 })
    const calls = Array.from({ length: 1000 }, () => own.get(table, 'p', 'missing'))
    const outcomes = await Promise.allSettled(calls)
    expect(outcomes.every(({ status }) => status === 'rejected')).toBe(true)
    await own.close()
    await tables.close()
    await expect.poll(() => proxy.connectionsOpen, { timeout: 5000 }).toBe(0)
  })
})
