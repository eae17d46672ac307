/** Credentials that give no token: told as what they are, by all three services. */
import type { TokenCredential } from '@aos-storage/core'
import { createPipelineRequest, RestError } from '@azure/core-rest-pipeline'
import { inspect } from 'node:util'
import { describe, expect, it, onTestFinished } from 'vitest'
import { AzureQueueBackend, AzureStorageBackend, AzureTableBackend } from '../src/index.ts'

/** Nobody listens there; without a token nobody is asked either. */
const accountUrl = 'https://127.0.0.1:1/acme'
const tableUrl = accountUrl
const queueUrl = accountUrl

function callsWith(credential: TokenCredential): readonly (() => Promise<unknown>)[] {
  const common = { accountUrl, tableUrl, queueUrl, credential, attemptsMax: 3, retryDelayMs: 1 }
  const blobs = new AzureStorageBackend({ ...common, container: 'data' })
  const tables = new AzureTableBackend(common)
  const queues = new AzureQueueBackend(common)
  onTestFinished(async () => {
    await Promise.all([blobs.close(), tables.close(), queues.close()])
  })
  return [
    () => blobs.stat('doc'),
    () => tables.createTable('Orders'),
    () => queues.createQueue('mail'),
  ]
}

function signIn(): Error {
  const body = 'client_secret=s3cr3t'
  const request = createPipelineRequest({ url: 'https://login.example', method: 'POST', body })
  const cause = new RestError('invalid_client', {
    code: 'invalid_client',
    statusCode: 401,
    request,
  })
  return Object.assign(new Error('AADSTS7000215: wrong secret', { cause }), {
    name: 'AuthenticationError',
    statusCode: 401,
  })
}

describe('a credential that', () => {
  it.each<[string, () => Promise<never> | Promise<null>]>([
    ['knows nobody', () => Promise.reject(new Error('Please run "az login"'))],
    ['gives nothing', () => Promise.resolve(null)],
    ['is refused', () => Promise.reject(signIn())],
    ['gives an empty one', async () => ({ token: '', expiresOnTimestamp: 0 }) as never],
  ])('%s is UNAUTHENTICATED, once', async (_name, getToken) => {
    let asked = 0
    const credential = {
      getToken() {
        asked++
        return getToken()
      },
    }
    for (const call of callsWith(credential)) {
      asked = 0
      const error = await call().catch((thrown: unknown) => thrown)
      expect(error).toMatchObject({ code: 'UNAUTHENTICATED', retryable: 'no' })
      expect(String(error)).toMatch(/sign in again/)
      expect(inspect(error, { depth: 10, showHidden: true })).not.toContain('s3cr3t')
      expect(asked).toBe(1)
    }
  })

  it.each([
    ['cannot be reached', { code: 'ENOTFOUND' }, 'UNAVAILABLE'],
    ['is busy', { statusCode: 429 }, 'RATE_LIMITED'],
    ['fails', { statusCode: 503 }, 'UNAVAILABLE'],
  ])('asks who %s is asked again', async (_name, facts, code) => {
    let asked = 0
    const credential = {
      async getToken() {
        asked++
        throw Object.assign(new Error('later'), facts)
      },
    }
    for (const call of callsWith(credential)) {
      asked = 0
      await expect(call()).rejects.toMatchObject({ code, retryable: 'exhausted' })
      expect(asked).toBe(3)
    }
  })

  it('is asked when its caller gives up ends with that', async () => {
    const credential: TokenCredential = {
      getToken: (_scopes, options) =>
        new Promise((_, reject) => {
          options?.abortSignal?.addEventListener('abort', () => reject(new Error('stopped')))
        }),
    }
    const blobs = new AzureStorageBackend({ accountUrl, credential, container: 'data' })
    onTestFinished(() => blobs.close())
    const signal = AbortSignal.timeout(50)
    await expect(blobs.stat('doc', { signal })).rejects.toMatchObject({ code: 'ABORTED' })
  })
})
