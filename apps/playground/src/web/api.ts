/**
 * The typed way to the server: the client of a screen knows what each route takes and gives, from
 * the routes themselves.
 */
import { type ClientResponse, hc } from 'hono/client'
import type { Hono } from 'hono'
import { type Problem, ProblemError, unavailable } from './problem.ts'

/** The header that names the action which a request is a part of; see `server/actions.ts`. */
export const actionHeader = 'x-action'

/** `fetch`, whose answers are read as {@link answered}. */
async function ask(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
  const response = await answered(fetch(input, init))
  for (const read of ['arrayBuffer', 'blob', 'json', 'text'] as const) {
    const whole = response[read].bind(response) as () => Promise<never>
    response[read] = () => answered(whole())
  }
  return response
}

/**
 * What the server answers. `fetch` rejects with a TypeError when it does not, or stops amid its
 * answer, and each browser has other words for it.
 *
 * @throws ProblemError `UNAVAILABLE` then.
 */
async function answered<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer
  } catch (cause) {
    throw cause instanceof TypeError ? new ProblemError(unavailable, { cause }) : cause
  }
}

/**
 * The client of the API at `/api/SCREEN`, for requests of one action.
 *
 *     const api = client<ObjectsApi>('objects', action)
 *     const object = await answer(api.object.$get({ query: { key } }, { init: { signal } }))
 */
// oxlint-disable-next-line typescript/no-explicit-any -- as `hc` itself declares it
export function client<Api extends Hono<any, any, any>>(
  screen: string,
  action = 'page',
): ReturnType<typeof hc<Api>> {
  return hc<Api>(`/api/${screen}`, { headers: { [actionHeader]: action }, fetch: ask })
}

/** The JSON of an answer. @throws ProblemError for one that is no success. */
export async function answer<T>(response: Promise<ClientResponse<T>>): Promise<T> {
  return (await (await succeeded(await response)).json()) as T
}

/** The answer itself, when it is a success. @throws ProblemError */
export async function succeeded<R extends Pick<Response, 'ok' | 'json' | 'status'>>(
  response: R,
): Promise<R> {
  if (response.ok) return response
  const body = (await response.json().catch(() => undefined)) as { error?: Problem } | undefined
  throw new ProblemError(
    body?.error ?? {
      code: 'INTERNAL',
      message: `The playground answered with status ${response.status}.`,
      fix: 'Look at the terminal that runs it.',
    },
  )
}

/** `fetch` for what the typed client does not cover: streams, uploads. Names its action. */
export async function request(
  path: string,
  action: string,
  init: RequestInit = {},
): Promise<Response> {
  const headers = new Headers(init.headers)
  headers.set(actionHeader, action)
  return succeeded(await ask(path, { ...init, headers }))
}

/** The lines of an `application/x-ndjson` answer, each parsed, in batches as they come. */
export async function* lines<T>(response: Response): AsyncGenerator<T[], void, undefined> {
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
  if (reader === undefined) return
  let rest = ''
  try {
    for (;;) {
      const { value, done } = await answered(reader.read())
      if (done) break
      const parts = (rest + value).split('\n')
      rest = parts.pop() ?? ''
      const batch = parts.filter((part) => part !== '').map((part) => JSON.parse(part) as T)
      if (batch.length > 0) yield batch
    }
    if (rest !== '') yield [JSON.parse(rest) as T]
  } finally {
    await reader.cancel().catch(() => undefined)
  }
}
