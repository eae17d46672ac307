/** The state of the dialog that asks for a destination, and what follows from it. */
import { useDebouncedValue } from '@mantine/hooks'
import type { UseQueryResult } from '@tanstack/react-query'
import { useMemo, useState } from 'react'
import type { Problem } from '../../../../web/problem.ts'
import type { TransferRequest, TransferResult } from '../../server/wire.ts'
import { destinationFault, firstDestination, meant, transferTo } from './destination.ts'
import type { Answer, Question } from './dialog.ts'
import { forecastOf, useFirstKeys, useForecast, useIsTaken } from './forecast.ts'
import type { PathPair } from './path-list.tsx'

const shownMax = 5
/** Typing goes on; what is asked of the server waits for its end. */
const typingMs = 300

export interface DestinationState {
  /** As typed. */
  readonly typed: string
  readonly setTyped: (typed: string) => void
  readonly isOverwrite: boolean
  readonly setOverwrite: (isOverwrite: boolean) => void
  readonly request: TransferRequest
  /** Why it cannot be; not before something was typed. */
  readonly fault: string | undefined
  /** Something is at the one destination already. */
  readonly isTaken: boolean
  /** The first keys, and what they become. */
  readonly preview: readonly PathPair[]
  readonly forecast: UseQueryResult<TransferResult>
  /** It can be; what may replace something only after it was counted, and undo promised or not. */
  readonly isReady: boolean
}

/** Follows what the person types; begins with an answer that could not be, and its problem. */
export function useDestination(
  question: Question,
  answer?: Answer,
  problem?: Problem,
): DestinationState {
  const { kind, selection } = question
  const [typed, setTyped] = useState(() => answer?.typed ?? firstDestination(kind, selection))
  const [isTouched, setTouched] = useState(false)
  const [isOverwrite, setOverwrite] = useState(answer?.isOverwrite ?? false)
  const destination = meant(selection, typed)
  const request = useMemo(
    () => transferTo(question, destination, isOverwrite),
    [question, destination, isOverwrite],
  )
  const fault = destinationFault(request, destination)
  const [settled] = useDebouncedValue(request, typingMs)
  const asked = fault === undefined && settled === request ? request : undefined
  const forecast = useForecast(asked)
  const isCounted = asked !== undefined && forecastOf(forecast) !== undefined
  const isOne = request.items.length === 1 && request.prefixes.length === 0
  const isTaken = useIsTaken(isOne && asked !== undefined ? destination : undefined)
  const isRefused = problem?.code === 'ALREADY_EXISTS' && typed === answer?.typed
  const under = useFirstKeys(selection.prefixes, shownMax)
  return {
    ...{ typed, isOverwrite, setOverwrite, request, forecast },
    setTyped: (next) => {
      setTyped(next)
      setTouched(true)
    },
    fault: isTouched ? fault : undefined,
    isTaken: isTaken === true || isRefused,
    preview: fault === undefined ? previewOf(request, under) : [],
    isReady:
      fault === undefined &&
      forecast.error === null &&
      (isOverwrite ? isCounted : isTaken !== true),
  }
}

function previewOf({ items, prefixes }: TransferRequest, under: readonly string[]): PathPair[] {
  const pairs: PathPair[] = items.slice(0, shownMax).map(({ key, to }) => ({ from: key, to }))
  for (const key of under) {
    const from = prefixes.find(({ prefix }) => key.startsWith(prefix))
    if (from !== undefined) pairs.push({ from: key, to: from.to + key.slice(from.prefix.length) })
  }
  return pairs.slice(0, shownMax)
}
