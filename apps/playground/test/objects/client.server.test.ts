/** The API as the page's typed client sees it: this test is also one of the types. */
import { hc } from 'hono/client'
import { describe, expect, expectTypeOf, it } from 'vitest'
import type { ObjectsApi } from '../../src/screens/objects/server/index.ts'
import screen from '../../src/screens/objects/server/index.ts'
import type {
  ObjectDetails,
  PendingUploads,
  Prefixes,
  Rows,
  Saved,
  UploadOpened,
  UploadProgress,
  ValueText,
} from '../../src/screens/objects/server/wire.ts'
import { openObjectsApp } from './support/open-objects.ts'

describe('the typed client', () => {
  it('knows what each route takes and gives', async () => {
    const objects = await openObjectsApp()
    await screen.laySamples?.(objects.world)
    const api = hc<ObjectsApi>('http://127.0.0.1:4000/api/objects', {
      headers: { 'x-action': 'test', host: '127.0.0.1:4000' },
      fetch: (input: RequestInfo | URL, init?: RequestInit) =>
        objects.fetch(new Request(input, init)),
    })
    const key = 'agent_configs/ceo'
    const details = await (await api.object.$get({ query: { key } })).json()
    expectTypeOf(details).toExtend<ObjectDetails>()
    expect(details).toMatchObject({ key, kind: 'json' })
    const prefixes = await (await api.prefixes.$get({ query: {} })).json()
    expectTypeOf(prefixes).toExtend<Prefixes>()
    expect(prefixes.prefixes).toContain('agent_configs/')
    const rows = await (await api.rows.$post({ json: { keys: [key] } })).json()
    expectTypeOf(rows).toExtend<Rows>()
    expect(rows.rows[0]?.etag).toBe(details.etag)
    const value = await (await api.value.$get({ query: { key } })).json()
    expectTypeOf(value).toExtend<ValueText>()
    expect(value.text).toContain('Chief Executive Officer')
    const json = { key: 'note', text: 'text', contentType: 'text/plain', ifNoneMatch: '*' } as const
    const saved = await (await api.text.$put({ json })).json()
    expectTypeOf(saved).toExtend<Saved>()
    expect(saved.undo?.label).toBe('Saved note')
    const pending = await (await api.uploads.$get()).json()
    expectTypeOf(pending).toExtend<PendingUploads>()
    const request = { key: 'up', size: 0, contentType: 'a/b', isOverwrite: false, fingerprint: 'f' }
    const opened = await (await api.uploads.$post({ json: request })).json()
    expectTypeOf(opened).toExtend<UploadOpened>()
    const param = { id: opened.id }
    const query = { offset: '0' }
    const progress = await (await api.uploads[':id'].$patch({ param, query })).json()
    expectTypeOf(progress).toExtend<UploadProgress>()
    expect(progress.saved?.info.key).toBe('up')
    const undone = await api.undo.$post({ json: { id: saved.undo!.id } })
    expect(await undone.text()).toContain('"done":1')
    const entries = await api.entries.$get({ query: { prefix: 'agent_configs/' } })
    expect(await entries.text()).toContain('"end"')
    const transfer = await api.transfer.$post({ json: { kind: 'delete', items: [{ key }] } })
    expect(await transfer.text()).toContain('Deleted agent_configs/ceo')
  })
})
