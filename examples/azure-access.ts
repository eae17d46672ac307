/**
 * Access to Azure's blobs: containers are private, and a browser gets one request on one blob for
 * some minutes, signed (a SAS), in place of credentials.
 *
 *   export AZURE_STORAGE_CONNECTION_STRING=...
 *   node_modules/.bin/node --conditions=@aos-storage/source examples/azure-access.ts [container]
 *
 * In production give `{ accountUrl, credential: new DefaultAzureCredential() }` of
 * `@azure/identity` in place of a key: roles of Azure then say what this program may do, and what
 * it signs, it signs with a key of its own that ends (user delegation).
 */
import { AzureStorageBackend } from '@aos-storage/backend-azure'
import { StorageManager } from '@aos-storage/core'

const [container = 'sensitive-data'] = process.argv.slice(2)
const connectionString = process.env['AZURE_STORAGE_CONNECTION_STRING']
const backend = new AzureStorageBackend({ connectionString, container })
await backend.createContainer(container, { access: 'private' })
for await (const { name, access } of backend.listContainers({ prefix: container })) {
  if (name === container) console.log('The container is', access)
}

await using storage = new StorageManager(backend)
await storage.save('reports/q3', 'for the board')

const read = await backend.presign('reports/q3', { method: 'GET', expiresInSeconds: 300 })
const answer = await fetch(read.url)
console.log('Signed:', answer.status, await answer.text())
console.log('Without the signature:', (await fetch(read.url.split('?')[0]!)).ok)

// It allows what it says: to read this blob, and neither to change it nor to read another one.
const changed = await fetch(read.url, {
  method: 'PUT',
  headers: { 'x-ms-blob-type': 'BlockBlob' },
  body: 'forged',
})
const other = await fetch(read.url.replace('q3', 'q4'))
console.log('Used for a write:', changed.status, 'For another blob:', other.status)

// An upload by a browser, of one type, into one place.
const upload = { method: 'PUT', contentType: 'application/pdf', expiresInSeconds: 300 } as const
const write = await backend.presign('uploads/q3.pdf', upload)
const { method, headers } = write
console.log('Uploaded:', (await fetch(write.url, { method, headers, body: '%PDF-' })).status)
console.log((await storage.stat('uploads/q3.pdf')).contentType)

console.log(await storage.load('reports/q3'))
