/** A small site of our own that does what the playground does, for the tests of the support. */
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { pipeline } from 'node:stream/promises'
import { afterAll, beforeAll } from 'vitest'

/** As strict as the playground's: what the support does to a page must work under it. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
].join('; ')

const page = `<!doctype html>
<html lang="en"><head><title>A sample</title></head><body><main>
<h1>A sample</h1>
<label>Files <input id="files" type="file" multiple></label>
<label>Folder <input id="folder" type="file" webkitdirectory></label>
<section id="zone" aria-label="Drop here"><p>Drop here</p></section>
<a href="/file" download>A file</a>
<output id="seen"></output>
<script src="/page.js"></script>
</main></body></html>`

const inaccessible = `<!doctype html><title>Bad</title><main><button></button></main>`

/** Shows what it gets: names, sizes and where in a folder, and what a dropped folder holds. */
const script = `
const seen = (files) => {
  document.querySelector('#seen').textContent = JSON.stringify(Object.fromEntries(files))
}
const brief = (file) => [file.webkitRelativePath || file.name, file.size]
for (const input of document.querySelectorAll('input')) {
  input.onchange = () => seen([...input.files].map(brief))
}
const zone = document.querySelector('#zone')
zone.ondragover = (event) => { event.preventDefault(); zone.className = 'over' }
zone.ondragleave = () => { zone.className = '' }
zone.ondrop = async (event) => {
  event.preventDefault()
  const entries = [...event.dataTransfer.items].map((item) => item.webkitGetAsEntry())
  seen((await Promise.all(entries.map(walk))).flat())
}
async function walk(entry) {
  if (entry.isFile) {
    const file = await new Promise((resolve, reject) => entry.file(resolve, reject))
    return [[entry.fullPath, file.size < 100 ? await file.text() : file.size]]
  }
  const reader = entry.createReader()
  const inside = await new Promise((resolve, reject) => reader.readEntries(resolve, reject))
  return (await Promise.all(inside.map(walk))).flat()
}
window.upload = (bytes) => {
  const request = new XMLHttpRequest()
  const progress = []
  request.upload.onprogress = ({ loaded }) => progress.push(loaded)
  request.open('PUT', '/upload')
  const chosen = document.querySelector('#files').files[0]
  request.send(bytes === undefined ? chosen : new Blob([new Uint8Array(bytes)]))
  const end = new Promise((resolve) => {
    request.onloadend = () => resolve({ text: request.responseText, progress })
  })
  window.uploading = { progress, end, cancel: () => request.abort() }
}
`

export interface SampleSite {
  readonly url: string
  /** Uploads that came to an end: how many bytes, and whether they were all. */
  readonly uploads: { bytes: number; isWhole: boolean }[]
}

/** Runs from beforeAll to afterAll. */
export function useSampleSite(): SampleSite {
  const uploads: SampleSite['uploads'] = []
  const server = createServer((request, response) => {
    void answer(request, response, uploads)
  })
  beforeAll(async () => {
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
  })
  afterAll(() => {
    server.closeAllConnections()
    server.close()
  })
  return {
    get url() {
      return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
    },
    uploads,
  }
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  uploads: SampleSite['uploads'],
): Promise<void> {
  const { pathname } = new URL(request.url ?? '/', 'http://127.0.0.1')
  const status = /^\/status\/(\d+)$/.exec(pathname)?.[1]
  if (status !== undefined) {
    response.writeHead(Number(status)).end()
  } else if (pathname === '/never') {
    request.resume()
  } else if (pathname === '/upload') {
    await receive(request, response, uploads)
  } else if (pathname === '/file') {
    response.setHeader('content-disposition', 'attachment; filename="sample.bin"')
    response.end(Buffer.alloc(300_000, 7))
  } else if (pathname === '/page.js') {
    response.setHeader('content-type', 'text/javascript').end(script)
  } else {
    response.setHeader('content-type', 'text/html')
    // Without a policy, a page may ask any host.
    if (pathname !== '/open') response.setHeader('content-security-policy', policy)
    response.end(pathname === '/inaccessible' ? inaccessible : page)
  }
}

/** Takes an upload, and answers with its hash. */
async function receive(
  request: IncomingMessage,
  response: ServerResponse,
  uploads: SampleSite['uploads'],
): Promise<void> {
  const hash = createHash('sha256')
  let bytes = 0
  request.on('data', (chunk: Buffer) => (bytes += chunk.length))
  try {
    await pipeline(request, hash)
    uploads.push({ bytes, isWhole: true })
    response.end(hash.digest('hex'))
  } catch {
    uploads.push({ bytes, isWhole: false })
  }
}
