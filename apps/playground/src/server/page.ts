/** The web page: what `vite build` made, read once; every path that is no file is the page. */
import { readdir, readFile } from 'node:fs/promises'
import { extname, join, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { constants, gzip } from 'node:zlib'
import { Hono } from 'hono'
import { pagePolicy } from './security.ts'

const types: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
}

/** Where `vite build` puts the page. */
const pageFolder: string = fileURLToPath(new URL('../../dist/web/', import.meta.url))

interface Asset {
  readonly type: string
  readonly plain: Uint8Array<ArrayBuffer>
  /** Made when first asked for. */
  packed?: Promise<Uint8Array<ArrayBuffer>>
}

/** Serves the built page. @throws Error when it was not built. */
export async function openPage(folder: string = pageFolder): Promise<Hono> {
  const index = await readFile(join(folder, 'index.html'), 'utf8').catch((cause: unknown) => {
    const message = 'The page is not built; run `npm start`, or `pnpm build:web` in apps/playground'
    throw new Error(message, { cause })
  })
  const assets = await readAssets(folder)
  const page = new Hono()
  page.get('*', async (context) => {
    const asset = assets.get(context.req.path)
    if (asset !== undefined) {
      // Names under assets/ carry a hash of the content.
      const isHashed = context.req.path.startsWith('/assets/')
      context.header('cache-control', isHashed ? 'max-age=31536000, immutable' : 'no-cache')
      context.header('content-type', asset.type)
      context.header('vary', 'accept-encoding')
      if (!/\bgzip\b/.test(context.req.header('accept-encoding') ?? '')) {
        return context.body(asset.plain)
      }
      asset.packed ??= pack(asset.plain)
      context.header('content-encoding', 'gzip')
      return context.body(await asset.packed)
    }
    if (context.req.path.startsWith('/assets/')) return context.notFound()
    const { policy, nonce } = pagePolicy()
    context.header('content-security-policy', policy)
    context.header('cache-control', 'no-store')
    return context.html(index.replace('{{nonce}}', nonce))
  })
  return page
}

async function readAssets(folder: string): Promise<Map<string, Asset>> {
  const names = await readdir(folder, { recursive: true })
  const assets = new Map<string, Asset>()
  for (const name of names) {
    const type = types[extname(name)]
    if (type === undefined) continue
    const plain = new Uint8Array(await readFile(join(folder, name)))
    assets.set(`/${name.split(sep).join('/')}`, { type, plain })
  }
  return assets
}

async function pack(bytes: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await promisify(gzip)(bytes, { level: constants.Z_BEST_COMPRESSION }))
}
