/**
 * The web page: what `vite build` made, read once; every path that is no file is the page.
 *
 * Some things its program has to know before it asks anything: the server writes them into the head
 * as it serves it.
 */
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

/** The page as it was built. */
export interface BuiltPage {
  /** HTML with places for a nonce and for {@link PageFacts}. */
  readonly index: string
  readonly assets: ReadonlyMap<string, Asset>
}

/** What a page is told in its head; `web/page-fact.ts` reads it. */
export interface PageFacts {
  /** Where the shared stores are: a `StorePlace` as JSON. */
  readonly store: string
  /** The id of the last event: all that the page reads is newer, and its live feed begins there. */
  readonly lastEvent: string
  /** What screens want to be seen everywhere: `Notice`s as JSON. */
  readonly notices: string
}

/** Reads the built page. @throws Error when it was not built. */
export async function readPage(folder: string = pageFolder): Promise<BuiltPage> {
  const index = await readFile(join(folder, 'index.html'), 'utf8').catch((cause: unknown) => {
    const message = 'The page is not built; run `npm start`, or `pnpm build:web` in apps/playground'
    throw new Error(message, { cause })
  })
  return { index, assets: await readAssets(folder) }
}

/** Serves the page, with what is true at that moment. */
export function servePage({ index, assets }: BuiltPage, facts: () => PageFacts): Hono {
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
    return context.html(filled(index, { nonce, ...facts() }))
  })
  return page
}

/** The HTML with a value for each `{{name}}`, as the text of an attribute. */
function filled(html: string, values: Readonly<Record<string, string>>): string {
  return html.replaceAll(/\{\{(\w+)\}\}/g, (_, name: string) => attributeText(values[name] ?? ''))
}

/** A parser of HTML takes a bare return for the end of a line. */
function attributeText(text: string): string {
  return text.replaceAll(/[&<>"'\r]/g, (char) => `&#${char.charCodeAt(0)};`)
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
