import { useEffect, useEffectEvent, useState } from 'react'
import { problemOf } from '../../../../web/problem.ts'

interface Reading<T> {
  readonly data: T | undefined
  readonly error: unknown
}

/**
 * What was read, and the last that was read while something newer is under way: an object that
 * changes all the time does not flicker, and what is open in a view stays open.
 *
 * A version that is not there any more is no error: `onStale` is called, which has the object read
 * anew.
 */
export function useSteady<T>({ data, error }: Reading<T>, onStale: () => void): Reading<T> {
  const [kept, setKept] = useState(data)
  if (data !== undefined && data !== kept) setKept(data)
  const isStale = isStaleError(error)
  const tellStale = useEffectEvent(onStale)
  useEffect(() => {
    if (isStale) tellStale()
  }, [isStale, error])
  return { data: data ?? kept, error: isStale ? null : (error ?? null) }
}

/** True for the failure to read a version that was replaced or deleted. */
export function isStaleError(error: unknown): boolean {
  if (error === null || error === undefined) return false
  const { code } = problemOf(error)
  return code === 'PRECONDITION_FAILED' || code === 'NOT_FOUND'
}
