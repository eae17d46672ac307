/** The state of the tree: what is expanded, what is known, where the keyboard is. */
import { useQueries, useQueryClient } from '@tanstack/react-query'
import { useCallback, useEffect, useMemo, useState } from 'react'
import type { Change } from '../../../../server/changes.ts'
import { onLive } from '../../../../web/live.ts'
import { type Problem, problemOf } from '../../../../web/problem.ts'
import { LivePrefixes, prefixQuery } from './prefix-queries.ts'
import { ancestorsOf, nodesOf, type TreeNode } from './tree-nodes.ts'

export interface TreeState {
  readonly nodes: readonly TreeNode[]
  /** Why something could not be read. */
  readonly problem: Problem | undefined
  readonly expand: (prefix: string, isExpanded: boolean) => void
  /** Reads again what could not be read. */
  readonly retry: () => void
}

export function useTree(current: string): TreeState {
  const [expanded, setExpanded] = useState<ReadonlySet<string>>(() => new Set(['']))
  useEffect(() => {
    setExpanded((before) => new Set([...before, ...ancestorsOf(current)]))
  }, [current])
  const expand = useCallback((prefix: string, isExpanded: boolean) => {
    setExpanded((before) => {
      const next = new Set(before)
      if (isExpanded) next.add(prefix)
      else next.delete(prefix)
      return next
    })
  }, [])

  const open = useMemo(() => [...expanded], [expanded])
  const results = useQueries({ queries: open.map((prefix) => prefixQuery(prefix)) })
  const known = results.map(({ data }) => data)
  const nodes = useMemo(() => {
    const byPrefix = new Map(open.map((prefix, place) => [prefix, known[place]]))
    return nodesOf({ expanded, current, childrenOf: (prefix) => byPrefix.get(prefix) })
    // What is known, not the array of it
  }, [expanded, current, open, ...known])
  useLivePrefixes()

  const failed = results.find(({ isError }) => isError)
  return {
    nodes,
    expand,
    problem: failed === undefined ? undefined : problemOf(failed.error),
    retry: () => {
      for (const { isError, refetch } of results) if (isError) void refetch()
    },
  }
}

function useLivePrefixes(): void {
  const queries = useQueryClient()
  useEffect(() => {
    const live = new LivePrefixes(queries)
    const off = onLive<readonly Change[]>('changes', (changes) => live.note(changes))
    return () => {
      off()
      live.close()
    }
  }, [queries])
}
