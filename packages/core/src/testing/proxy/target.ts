/** Where the proxy leads, and how addresses are turned to it. */
import { assertInteger, assertOptions } from '../../options.ts'

/** A server by address, or by a URL such as `http://127.0.0.1:10000` or `redis://127.0.0.1:6379`. */
export type ProxyTargetAddress = string | URL | { readonly host: string; readonly port: number }

/** What the proxy understands of what it passes: bytes, or HTTP/1.1. */
export type ProxyMode = 'tcp' | 'http'

export interface ProxyTarget {
  readonly host: string
  readonly port: number
  readonly mode: ProxyMode
  /** The URL that was given. */
  readonly url: URL | undefined
}

const defaultPorts: Readonly<Record<string, number>> = {
  'http:': 80,
  'https:': 443,
  'redis:': 6379,
  'rediss:': 6379,
}

/** @throws TypeError when it names no server, or one that cannot be understood as `mode`. */
export function targetOf(address: ProxyTargetAddress, mode: ProxyMode | undefined): ProxyTarget {
  if (typeof address === 'object' && !(address instanceof URL)) {
    assertOptions(address, new Set(['host', 'port']), 'target')
    assertInteger(address.port, 'target.port', 1, 65_535)
    return { ...address, mode: mode ?? 'tcp', url: undefined }
  }
  const url = URL.parse(String(address))
  const port = Number(url?.port) || defaultPorts[url?.protocol ?? '']
  if (url === null || url.hostname === '' || port === undefined) {
    throw new TypeError('target is a URL with host and port, or { host, port }')
  }
  if (mode === 'http' && url.protocol !== 'http:') {
    throw new TypeError(`mode 'http' reads plain HTTP; ${url.protocol} can only pass as 'tcp'`)
  }
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1')
  return { host, port, mode: mode ?? (url.protocol === 'http:' ? 'http' : 'tcp'), url }
}

/** The URL that was given with the proxy in place of the target. */
export function proxyUrl({ url, mode }: ProxyTarget, port: number): string {
  const here = `127.0.0.1:${port}`
  if (url === undefined) return `${mode}://${here}`
  const { href, protocol, username, password, pathname, search, hash } = url
  // The URL is put together again, since `http://host:80` does not show its port.
  const user = username === '' && password === '' ? '' : `${username}:${password}@`
  const path = pathname === '/' && !href.includes(`${url.host}/`) ? '' : pathname
  return `${protocol}//${user}${here}${path}${search}${hash}`
}

const loopback = ['127.0.0.1', 'localhost', '::1']

/**
 * Puts the proxy in the place of every address of the target in a URL or connection string, and
 * leaves other addresses alone. All names of the loopback interface are one host.
 *
 * @throws TypeError when the text holds none: a client would go past the proxy, and its test pass.
 */
export function rewriteAddress({ host, port }: ProxyTarget, text: string, here: number): string {
  const hosts = loopback.includes(host) ? loopback : [host]
  const names = hosts.map((name) => (name.includes(':') ? `[${name}]` : name))
  const either = names.map((name) => name.replaceAll(/[.[\]]/g, String.raw`\$&`)).join('|')
  const isolated = (pattern: string): RegExp => new RegExp(`(?<![\\w.-])${pattern}`, 'gi')
  let rewritten = text.replaceAll(isolated(`(${either}):${port}(?!\\d)`), `127.0.0.1:${here}`)
  for (const [scheme, standard] of Object.entries(defaultPorts)) {
    if (standard !== port) continue
    const bare = isolated(`(${scheme}//(?:[^/@;\\s]*@)?)(${either})(?![\\w.:-])`)
    rewritten = rewritten.replaceAll(bare, `$1127.0.0.1:${here}`)
  }
  if (rewritten !== text) return rewritten
  throw new TypeError(`The text does not name ${names[0]}:${port}, to which the proxy leads`)
}
