/**
 * Access to a bucket of S3: who has no credentials gets one request on one object for some minutes,
 * signed beforehand; a form, when the upload may have so many bytes and no more.
 *
 *   export AOS_S3_BUCKET=... AWS_REGION=... AWS_ACCESS_KEY_ID=... AWS_SECRET_ACCESS_KEY=...
 *   node_modules/.bin/node --conditions=@aos-storage/source examples/s3-access.ts
 *
 * AOS_S3_ENDPOINT names a server that is not Amazon's. What this program itself may do is said by
 * the policy of its role or user; credentials are found as Amazon's SDK finds them.
 */
import { S3StorageBackend } from '@aos-storage/backend-s3'
import { isStorageError, StorageManager } from '@aos-storage/core'

const bucket = process.env['AOS_S3_BUCKET'] ?? ''
const endpoint = process.env['AOS_S3_ENDPOINT']
const backend = await S3StorageBackend.open({ bucket, endpoint })
await using storage = new StorageManager(backend)
await storage.save('reports/q3', 'for the board')

const read = await backend.presign('reports/q3', { method: 'GET', expiresInSeconds: 300 })
const answer = await fetch(read.url)
console.log('Signed:', answer.status, await answer.text())
console.log('Without the signature:', (await fetch(read.url.split('?')[0]!)).status)
console.log('For a write:', (await fetch(read.url, { method: 'PUT', body: 'forged' })).status)

const { url, fields } = await backend.presignPost('uploads/photo', { bytesMax: 1000 })
const upload = async (bytes: number): Promise<boolean> => {
  const form = new FormData()
  for (const [name, value] of Object.entries(fields)) form.append(name, value)
  form.append('file', new Blob([new Uint8Array(bytes)]))
  return (await fetch(url, { method: 'POST', body: form })).ok
}
console.log('An upload of 1,001 bytes, and of 1,000:', await upload(1001), await upload(1000))
console.log((await storage.stat('uploads/photo')).size)

// Wrong or missing rights are told as such, never as a missing object.
const credentials = { accessKeyId: 'nobody', secretAccessKey: 'none' }
try {
  await using stranger = await StorageManager.open({
    ...{ storageType: 's3', bucket, credentials },
    ...(endpoint === undefined ? {} : { endpoint }),
  })
  await stranger.exists('reports/q3')
} catch (error) {
  if (!isStorageError(error)) throw error
  console.log('A stranger gets', error.code)
}
