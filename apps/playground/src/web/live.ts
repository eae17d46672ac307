/**
 * The live feed of the server. One connection a tab; it ends while the tab is hidden, because a
 * browser opens only six to a host, and goes on from the last event when the tab is seen again.
 *
 * Invariant: no gap that is not told. The first connection, too, goes on from an event: the last
 * one when the page was served, before it read anything. A tab may be opened out of sight, and a
 * connection may fail, while the page reads already.
 */
import { useEffect, useEffectEvent, useSyncExternalStore } from 'react'

type Handler = (data: never) => void

const handlers = new Map<string, Set<Handler>>()
const stateWatchers = new Set<() => void>()
/** A browser that lost its connection asks again by itself; refused by an answer, it gives up. */
const retryMs = 3000

let source: EventSource | undefined
let retry: ReturnType<typeof setTimeout> | undefined
let lastId = ''
let isConnected = true

/** Calls `handle` for each event of a topic until the result is called. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- as the server publishes it
export function onLive<T>(topic: string, handle: (data: T) => void): () => void {
  const known = handlers.get(topic) ?? new Set()
  handlers.set(topic, known.add(handle))
  return () => known.delete(handle)
}

/** As {@link onLive}, for as long as the component is shown. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- as the server publishes it
export function useLive<T>(topic: string, handle: (data: T) => void): void {
  const onEvent = useEffectEvent(handle)
  useEffect(() => onLive<T>(topic, (data) => onEvent(data)), [topic])
}

/** Whether the server answers, as far as the feed knows. */
export function isLive(): boolean {
  return isConnected
}

/** As {@link isLive}, followed. */
export function useIsConnected(): boolean {
  return useSyncExternalStore((watcher) => {
    stateWatchers.add(watcher)
    return () => stateWatchers.delete(watcher)
  }, isLive)
}

/** Opens the feed for the life of the page, from behind the event of that id. */
export function startLive(after: string): void {
  lastId = after
  const followVisibility = (): void => {
    if (document.visibilityState === 'visible') connect()
    else disconnect()
  }
  document.addEventListener('visibilitychange', followVisibility)
  window.addEventListener('pagehide', disconnect)
  window.addEventListener('pageshow', followVisibility)
  followVisibility()
}

function connect(): void {
  if (source !== undefined) return
  const opened = new EventSource(`/api/live?${new URLSearchParams({ after: lastId })}`)
  source = opened
  opened.addEventListener('open', () => setConnected(true))
  opened.addEventListener('error', () => {
    setConnected(false)
    if (opened.readyState !== EventSource.CLOSED || opened !== source) return
    disconnect()
    retry = setTimeout(connect, retryMs)
  })
  opened.addEventListener('message', ({ data, lastEventId }: MessageEvent<string>) => {
    lastId = lastEventId
    const event = JSON.parse(data) as { topic: string; data: never }
    for (const handle of handlers.get(event.topic) ?? []) handle(event.data)
  })
}

function disconnect(): void {
  clearTimeout(retry)
  source?.close()
  source = undefined
}

function setConnected(value: boolean): void {
  if (value === isConnected) return
  isConnected = value
  for (const watcher of stateWatchers) watcher()
}
