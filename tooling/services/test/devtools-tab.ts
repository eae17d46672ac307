/** A tab driven by bare DevTools messages: the service is proved without a client library. */
import { once } from 'node:events'

type Result = Readonly<Record<string, unknown>>

export interface Tab extends AsyncDisposable {
  send(method: string, params?: Result): Promise<Result>
  /** Goes to a page; the network error, or undefined when it came. */
  open(url: string): Promise<string | undefined>
}

const loaded = `document.readyState === 'complete' ||
  new Promise((resolve) => addEventListener('load', resolve))`

export async function openTab(browserUrl: string): Promise<Tab> {
  const made = await fetch(new URL('/json/new?about:blank', browserUrl), { method: 'PUT' })
  const { id, webSocketDebuggerUrl } = (await made.json()) as Record<string, string>
  const socket = new WebSocket(webSocketDebuggerUrl!)
  await once(socket, 'open')
  const waiting = new Map<number, (result: Result) => void>()
  socket.addEventListener('message', ({ data }) => {
    const { id, result = {} } = JSON.parse(String(data)) as { id?: number; result?: Result }
    if (id !== undefined) waiting.get(id)?.(result)
  })
  let lastId = 0
  const send = (method: string, params: Result = {}): Promise<Result> => {
    const { promise, resolve } = Promise.withResolvers<Result>()
    waiting.set((lastId += 1), resolve)
    socket.send(JSON.stringify({ id: lastId, method, params }))
    return promise
  }
  return {
    send,
    async open(url) {
      const { errorText } = await send('Page.navigate', { url })
      await send('Runtime.evaluate', { expression: loaded, awaitPromise: true })
      return errorText as string | undefined
    },
    async [Symbol.asyncDispose]() {
      socket.close()
      await fetch(new URL(`/json/close/${id}`, browserUrl))
    },
  }
}
