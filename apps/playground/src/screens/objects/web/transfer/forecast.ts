/** What a transfer is going to do, asked before it is done. */
import { keepPreviousData, useQuery, type UseQueryResult } from '@tanstack/react-query'
import { useEffect } from 'react'
import type { Change } from '../../../../server/changes.ts'
import { answer, client, lines, request } from '../../../../web/api.ts'
import { countText } from '../../../../web/amounts.ts'
import { useLive } from '../../../../web/live.ts'
import { ProblemError } from '../../../../web/problem.ts'
import type { ObjectsApi } from '../../server/index.ts'
import type { EntriesLine, TransferRequest, TransferResult } from '../../server/wire.ts'
import { doubtful, onOver } from './over.ts'
import { transfer } from './run.ts'

/** The server takes no more in one request; there may be any number under a prefix. */
export const itemsMax = 10_000
/** What the world is like now, not what it was when last asked. */
const fresh = { gcTime: 0, staleTime: 0 } as const
const action = 'page'

/** How many objects and bytes, and whether it could be undone. Undefined is not asked. */
export function useForecast(body: TransferRequest | undefined): UseQueryResult<TransferResult> {
  return useQuery({
    queryKey: ['transfer-forecast', body],
    enabled: body !== undefined,
    queryFn: ({ signal }) => {
      if (body!.items.length > itemsMax) throw tooMany(body!.items.length)
      return transfer({ ...body!, isDryRun: true }, { action, signal })
    },
    placeholderData: keepPreviousData,
    ...fresh,
  })
}

/** What is known of this request; not what was counted for the one before. */
export function forecastOf({
  data,
  isPlaceholderData,
}: UseQueryResult<TransferResult>): TransferResult | undefined {
  return isPlaceholderData ? undefined : data
}

function tooMany(count: number): ProblemError {
  return new ProblemError({
    code: 'INVALID_ARGUMENT',
    message: `${countText(count)} objects are selected; at most ${countText(itemsMax)} go at once.`,
    fix: 'Select whole prefixes, or fewer objects.',
  })
}

/** The first keys under prefixes, at most `count`. */
export function useFirstKeys(prefixes: readonly string[], count: number): readonly string[] {
  const { data = [] } = useQuery({
    queryKey: ['transfer-first-keys', prefixes.slice(0, count)],
    enabled: prefixes.length > 0,
    queryFn: async ({ signal }) => {
      const keys: string[] = []
      for (const prefix of prefixes) {
        if (keys.length >= count) break
        keys.push(...(await firstKeys(prefix, count - keys.length, signal)))
      }
      return keys
    },
    ...fresh,
  })
  return data
}

async function firstKeys(prefix: string, limit: number, signal: AbortSignal): Promise<string[]> {
  const query = new URLSearchParams({ prefix, delimiter: '', limit: String(limit) })
  const response = await request(`/api/objects/entries?${query}`, action, { signal })
  const keys: string[] = []
  for await (const batch of lines<EntriesLine>(response)) {
    for (const line of batch) {
      if ('error' in line) throw new ProblemError(line.error)
      if (!('rows' in line)) continue
      keys.push(...line.rows.flatMap((row) => (row.kind === 'object' ? [row.key] : [])))
    }
  }
  return keys
}

/** Whether something is at a key, also when that changes. Undefined: not known yet. */
export function useIsTaken(key: string | undefined): boolean | undefined {
  const { data, refetch } = useQuery({
    queryKey: ['transfer-taken', key],
    enabled: key !== undefined,
    queryFn: async ({ signal }) => {
      const api = client<ObjectsApi>('objects', action)
      const call = api.rows.$post({ json: { keys: [key!] } }, { init: { signal } })
      const { rows } = await answer(call)
      return rows[0] !== null
    },
    ...fresh,
  })
  useLive<readonly Change[]>('changes', (changes) => {
    if (changes.some((change) => change.key === key)) void refetch()
  })
  useEffect(() => {
    // Another process may have written it, of which the live feed does not tell.
    return onOver((over) => {
      if (key !== undefined && doubtful(over).includes(key)) void refetch()
    })
  }, [key, refetch])
  return data
}

/** The prefixes right under a prefix. */
export function usePrefixes(prefix: string): readonly string[] {
  const { data } = useQuery({
    queryKey: ['transfer-prefixes', prefix],
    queryFn: async ({ signal }) => {
      const api = client<ObjectsApi>('objects', action)
      return answer(api.prefixes.$get({ query: { prefix } }, { init: { signal } }))
    },
    placeholderData: keepPreviousData,
    ...fresh,
  })
  return data?.prefixes ?? []
}
