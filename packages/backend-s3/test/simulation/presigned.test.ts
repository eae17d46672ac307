import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3'
import { createPresignedPost, type PresignedPostOptions } from '@aws-sdk/s3-presigned-post'
import { getSignedUrl } from '@aws-sdk/s3-request-presigner'
import { virtualClock } from '@aos-storage/core/testing'
import { describe, expect, it } from 'vitest'

import { Bucket, clientOf, started } from './peers.ts'

async function codeOf(answer: Response): Promise<string> {
  const code = /<Code>(.*)<\/Code>/.exec(await answer.text())?.[1]
  return `${answer.status} ${code ?? ''}`.trim()
}

describe('a presigned URL', () => {
  it('reads and writes', async () => {
    const { s3, client } = await started()
    const put = new PutObjectCommand({ Bucket, Key: 'a b', ContentType: 'text/plain' })
    const write = await fetch(await getSignedUrl(client, put), {
      method: 'PUT',
      body: 'hello',
      headers: { 'Content-Type': 'text/plain' },
    })
    expect(write.status).toBe(200)
    const get = new GetObjectCommand({ Bucket, Key: 'a b', ResponseContentType: 'text/html' })
    const read = await fetch(await getSignedUrl(client, get))
    expect([await read.text(), read.headers.get('content-type')]).toEqual(['hello', 'text/html'])
    expect(s3.requests[1]?.query).not.toHaveProperty('X-Amz-Signature')
  })

  it('expires', async () => {
    const clock = virtualClock({ nowMs: Date.now() })
    const { s3, client } = await started({ clock })
    s3.put(Bucket, 'k', 'x')
    const url = await getSignedUrl(client, new GetObjectCommand({ Bucket, Key: 'k' }), {
      expiresIn: 60,
    })
    expect(await codeOf(await fetch(url))).toBe('200')
    await clock.advance(62_000)
    const expired = await fetch(url)
    expect(expired.status).toBe(403)
    expect(await expired.text()).toContain('Request has expired')
  })

  it('is good for its own request only', async () => {
    const { s3, client } = await started()
    s3.put(Bucket, 'k', 'x')
    s3.put(Bucket, 'l', 'x')
    const url = await getSignedUrl(client, new GetObjectCommand({ Bucket, Key: 'k' }))
    const other = new URL(url)
    other.pathname = `/${Bucket}/l`
    expect(await codeOf(await fetch(other))).toBe('403 SignatureDoesNotMatch')
    expect(await codeOf(await fetch(url, { method: 'DELETE' }))).toBe('403 SignatureDoesNotMatch')
    const late = { headers: { 'x-amz-meta-a': '1' } }
    expect(await codeOf(await fetch(url, late))).toBe('403 AccessDenied')
    const long = new URL(url)
    long.searchParams.set('X-Amz-Expires', '604801')
    expect(await codeOf(await fetch(long))).toBe('400 AuthorizationQueryParametersError')
    long.searchParams.delete('X-Amz-Date')
    expect(await codeOf(await fetch(long))).toBe('400 AuthorizationQueryParametersError')
    expect(s3.requests.map(({ status }) => status)).toEqual([403, 403, 403, 400, 400])
  })
})

describe('a form', () => {
  async function posted(
    options: Partial<PresignedPostOptions>,
    change: Readonly<Record<string, string>> = {},
  ) {
    const clock = virtualClock({ nowMs: Date.now() })
    const { s3, client } = await started({ clock })
    const { url, fields } = await createPresignedPost(client, {
      Bucket,
      Key: 'up/${filename}',
      Expires: 60,
      ...options,
    })
    const send = (file = 'hello'): Promise<Response> => {
      const form = new FormData()
      for (const [name, value] of Object.entries({ ...fields, ...change })) {
        form.append(name, value)
      }
      form.append('file', new Blob([file]), 'a.txt')
      return fetch(url, { method: 'POST', body: form, redirect: 'manual' })
    }
    return { s3, clock, send }
  }

  it('uploads', async () => {
    const { s3, send } = await posted({ Fields: { 'x-amz-meta-a': '1', 'Content-Type': 'a/b' } })
    expect((await send()).status).toBe(204)
    const [object] = s3.objects(Bucket)
    expect(object).toMatchObject({ key: 'up/a.txt', metadata: { a: '1' } })
    expect(object?.headers['content-type']).toBe('a/b')
    expect(Buffer.from(object!.body).toString()).toBe('hello')
    expect(s3.requests[0]?.operation).toBe('PostObject')
  })

  it('is answered as it asks', async () => {
    const created = await posted({ Fields: { success_action_status: '201' } })
    const answer = await created.send()
    expect([answer.status, await answer.text()]).toEqual([
      201,
      expect.stringContaining('<Key>up/a.txt</Key>'),
    ])
    const there = { success_action_redirect: 'http://127.0.0.1/done' }
    const redirected = await (await posted({ Fields: there })).send()
    expect(redirected.status).toBe(303)
    expect(redirected.headers.get('location')).toMatch(
      /^http:\/\/127.0.0.1\/done\?bucket=shelf&key=/,
    )
  })

  it('keeps to its policy', async () => {
    const range = { Conditions: [['content-length-range', 2, 5]] } as PresignedPostOptions
    const { s3, clock, send } = await posted(range)
    expect(await codeOf(await send('x'))).toBe('400 EntityTooSmall')
    expect(await codeOf(await send('123456'))).toBe('400 EntityTooLarge')
    expect(await codeOf(await send())).toBe('204')
    await clock.advance(61_000)
    expect(await codeOf(await send())).toBe('403 AccessDenied')
    expect(s3.objects(Bucket)).toHaveLength(1)
  })

  it('has no fields but those of its policy, with their values', async () => {
    const extra = await posted({}, { 'x-amz-meta-b': '1' })
    expect(await codeOf(await extra.send())).toBe('403 AccessDenied')
    const other = await posted({}, { key: 'elsewhere' })
    expect(await codeOf(await other.send())).toBe('403 AccessDenied')
    const forged = await posted({}, { 'X-Amz-Signature': '0'.repeat(64) })
    expect(await codeOf(await forged.send())).toBe('403 SignatureDoesNotMatch')
    const ignored = await posted({}, { 'x-ignore-me': '1' })
    expect(await codeOf(await ignored.send())).toBe('204')
  })

  it('must be one', async () => {
    const { s3 } = await started()
    const url = `${s3.endpoint}/${Bucket}`
    const plain = await fetch(url, { method: 'POST', body: 'x' })
    expect(await codeOf(plain)).toBe('412 PreconditionFailed')
    const form = new FormData()
    form.append('key', 'k')
    expect(await codeOf(await fetch(url, { method: 'POST', body: form }))).toBe(
      '400 InvalidArgument',
    )
    form.append('file', new Blob(['x']))
    expect(await codeOf(await fetch(url, { method: 'POST', body: form }))).toBe('403 AccessDenied')
    expect(s3.objects(Bucket)).toEqual([])
    expect(clientOf(s3)).toBeDefined()
  })
})
