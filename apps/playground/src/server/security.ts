/**
 * Who may ask. The server listens on 127.0.0.1 only; what a browser might be tricked into sending
 * is refused here.
 *
 * - `Host` must name the loopback and our port: a foreign name that resolves to 127.0.0.1 (DNS
 *   rebinding) is not answered.
 * - `Origin` and `Sec-Fetch-Site` must be our own; another site may link to a page, nothing else.
 * - What changes something carries a header that no form can send.
 * - Pages run our own scripts only, and no page may be framed.
 */
import { randomBytes } from 'node:crypto'
import type { Context, MiddlewareHandler } from 'hono'
import { actionHeader } from './actions.ts'
import type { Problem } from './problem.ts'

/** The hosts that mean this server; browsers leave the usual port of a scheme out. */
function ownHosts(port: number): ReadonlySet<string> {
  const names = ['127.0.0.1', 'localhost']
  return new Set([...names.map((name) => `${name}:${port}`), ...(port === 80 ? names : [])])
}

/** Refuses requests that do not come from a page of this server. */
export function refuseForeign(port: () => number): MiddlewareHandler {
  return async (context, next) => {
    const fault = foreignFault(context, ownHosts(port()))
    if (fault === undefined) return next()
    const error: Problem = {
      code: 'FOREIGN_REQUEST',
      message: fault,
      fix: `Open http://127.0.0.1:${port()} in a browser on this machine.`,
    }
    return context.json({ error }, 403)
  }
}

function foreignFault({ req }: Context, hosts: ReadonlySet<string>): string | undefined {
  if (!hosts.has(req.header('host') ?? '')) return 'The Host header is not of this server.'
  const origin = req.header('origin')
  if (origin !== undefined && !(origin.startsWith('http://') && hosts.has(origin.slice(7)))) {
    return 'The Origin is another site.'
  }
  const site = req.header('sec-fetch-site') ?? 'same-origin'
  const isOwn = site === 'same-origin' || site === 'none'
  const isLink = req.header('sec-fetch-mode') === 'navigate' && !req.path.startsWith('/api/')
  if (!isOwn && !(isLink && req.method === 'GET')) return 'The request comes from another site.'
  const isSafe = req.method === 'GET' || req.method === 'HEAD'
  if (!isSafe && req.header(actionHeader) === undefined) {
    return `A request that changes something names its action in the header ${actionHeader}.`
  }
  return undefined
}

const everywhere = {
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
} as const

/** Nothing that an answer of the API holds may run, whatever it is taken for. */
const inert = "default-src 'none'; sandbox; frame-ancestors 'none'"

/** Sets the headers that keep answers inert; {@link pagePolicy} relaxes it for our own page. */
export const secureHeaders: MiddlewareHandler = async (context, next) => {
  await next()
  for (const [name, value] of Object.entries(everywhere)) context.header(name, value)
  if (!context.res.headers.has('content-security-policy')) {
    context.header('content-security-policy', inert)
  }
}

/** The policy of our page, and the nonce for the style elements that the components make. */
export function pagePolicy(): { readonly policy: string; readonly nonce: string } {
  const nonce = randomBytes(16).toString('base64')
  const policy = [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data: blob:",
    "font-src 'self'",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ')
  return { policy, nonce }
}
