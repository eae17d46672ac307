/**
 * The queues and their messages, live: what this server does is told by the feed; what other
 * programs do is asked for every few seconds, while the page is seen.
 */
import {
  keepPreviousData,
  type QueryClient,
  useQuery,
  useQueryClient,
  type UseQueryResult,
} from '@tanstack/react-query'
import { createContext, useContext, useEffect, useRef } from 'react'
import { act } from '../../../web/actions.ts'
import { answer, client } from '../../../web/api.ts'
import { useLive } from '../../../web/live.ts'
import type { QueuesApi } from '../server/index.ts'
import type { PeekedMessages, QueueDetail, QueueList, QueueNews } from '../server/wire.ts'
import { listText, peekText } from './code.ts'
import { isPrefix, poisonOf } from './names.ts'
import { detailWith, listWith } from './news.ts'

const askedMs = 5000
/** Messages that move are looked at so often. */
const peekMs = 1000

const all = ['queues']
const lists = ['queues', 'list']
const detailKey = (queue: string) => ['queues', 'detail', queue]
const messagesKey = (queue: string) => ['queues', 'messages', queue]

/** Reads anew what is known of queues. */
export function readAnew(queries: QueryClient): Promise<void> {
  return queries.invalidateQueries({ queryKey: all })
}

/** A queue goes: answers that are on their way would say that it is not there. */
export async function giveUpAnswers(queries: QueryClient, queue: string): Promise<void> {
  const keys = [detailKey(queue), messagesKey(queue), messagesKey(poisonOf(queue))]
  await Promise.all(keys.map((queryKey) => queries.cancelQueries({ queryKey })))
}

/** After a queue is gone: what is known of it is asked for no more. */
export function readListAnew(queries: QueryClient): Promise<void> {
  return queries.invalidateQueries({ queryKey: lists })
}

export function useQueueList(prefix: string, limit: number): UseQueryResult<QueueList> {
  const wasAsked = useRef<string>(undefined)
  return useQuery({
    queryKey: [...lists, prefix, limit],
    enabled: isPrefix(prefix),
    refetchOnMount: 'always',
    refetchInterval: askedMs,
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => {
      const ask = (id?: string): Promise<QueueList> =>
        answer(
          client<QueuesApi>('queues', id).queues.$get(
            { query: { prefix, limit: String(limit) } },
            { init: { signal } },
          ),
        )
      // What is asked again by itself is nothing that the person did.
      if (wasAsked.current === prefix) return ask()
      wasAsked.current = prefix
      return act(listText(prefix), ask)
    },
  })
}

/** Whether the open queue is being deleted: nothing is asked of it meanwhile. */
export const QueueGoing = createContext(false)

export function useQueueDetail(queue: string, isGoing: boolean): UseQueryResult<QueueDetail> {
  return useQuery({
    queryKey: detailKey(queue),
    enabled: !isGoing,
    refetchOnMount: 'always',
    refetchInterval: askedMs,
    queryFn: ({ signal }): Promise<QueueDetail> =>
      answer(client<QueuesApi>('queues').queue.$get({ query: { queue } }, { init: { signal } })),
  })
}

/** The first messages that are visible, which stay as they are. */
export function useMessages(queue: string): UseQueryResult<PeekedMessages> {
  const wasAsked = useRef(false)
  const isGoing = useContext(QueueGoing)
  return useQuery({
    queryKey: messagesKey(queue),
    enabled: !isGoing,
    refetchOnMount: 'always',
    refetchInterval: askedMs,
    queryFn: ({ signal }) => {
      const ask = (id?: string): Promise<PeekedMessages> =>
        answer(
          client<QueuesApi>('queues', id).messages.$get({ query: { queue } }, { init: { signal } }),
        )
      if (wasAsked.current) return ask()
      wasAsked.current = true
      return act(peekText(queue), ask)
    },
  })
}

/** Takes what the server tells. Once, for the whole screen. */
export function useNews(): void {
  const queries = useQueryClient()
  const peeks = useRef(new Map<string, ReturnType<typeof setTimeout>>())
  useEffect(() => {
    const { current } = peeks
    return () => current.forEach(clearTimeout)
  }, [])
  const peekSoon = (queue: string): void => {
    if (peeks.current.has(queue)) return
    const look = (): void => {
      peeks.current.delete(queue)
      void queries.invalidateQueries({ queryKey: messagesKey(queue) })
    }
    peeks.current.set(queue, setTimeout(look, peekMs))
  }
  useLive<QueueNews>('queues', (news) => {
    queries.setQueriesData<QueueList>({ queryKey: lists }, (list) => list && listWith(list, news))
    for (const { queue } of [...news.states, ...news.groups]) {
      queries.setQueryData<QueueDetail>(
        detailKey(queue),
        (detail) => detail && detailWith(detail, news),
      )
    }
    for (const { queue } of news.states) peekSoon(queue)
    for (const queue of news.hands) void queries.invalidateQueries({ queryKey: detailKey(queue) })
    if (news.isListChanged) void queries.invalidateQueries({ queryKey: lists })
  })
  // What happened while the tab was hidden was told to nobody.
  useLive('hello', () => void readAnew(queries))
}

const bytesMaxUsual = 48 * 1024

/** As the list of queues says it. */
export function useMessageBytesMax(): number {
  const queries = useQueryClient()
  const [[, list] = []] = queries.getQueriesData<QueueList>({ queryKey: lists })
  return list?.messageBytesMax ?? bytesMaxUsual
}
