/** Which dialog of transfers is open: one at a time, for the life of the page. */
import { useSyncExternalStore } from 'react'
import { type Problem, ProblemError, tellProblem } from '../../../../web/problem.ts'
import type { TransferFailure, TransferProgress, TransferRequest } from '../../server/wire.ts'
import type { Selection } from '../selection.ts'

export type TransferKind = TransferRequest['kind']

/** What the person is asked. */
export interface Question {
  /** Tells it from the question before. */
  readonly id: number
  readonly kind: TransferKind
  /** A move that is meant to change the name only. */
  readonly isRename: boolean
  readonly selection: Selection
}

/** What a person typed and chose, kept for when it could not be. */
export interface Answer {
  readonly typed: string
  readonly isOverwrite: boolean
}

/** What is shown after some of it went wrong. */
export interface Failures {
  readonly title: string
  /** The first of them. */
  readonly failed: readonly TransferFailure[]
  readonly failedCount: number
  readonly onClose?: (() => void) | undefined
}

/**
 *     ask ──► run ──► (closed), or failures ──► (closed)
 *      ▲       └──► it could not begin, or not go there: the question again, with the answer and
 *      │            the reason
 *      └── the person, at any time when none is open
 */
export type Dialog =
  | {
      readonly step: 'ask'
      readonly question: Question
      /** It was answered, and the work goes on for a moment already. */
      readonly isBusy: boolean
      /** The answer before, and why that could not be. */
      readonly answer: Answer | undefined
      readonly problem: Problem | undefined
    }
  | {
      readonly step: 'run'
      readonly question: Question
      readonly progress: TransferProgress | undefined
      /** Lets what is under way end, and begins nothing more. */
      readonly stop: () => void
    }
  | ({ readonly step: 'failures' } & Failures)

let dialog: Dialog | undefined
const watchers = new Set<() => void>()

/** Opens a dialog instead of the one that is open; undefined closes it. */
export function showDialog(next: Dialog | undefined): void {
  dialog = next
  for (const watcher of watchers) watcher()
}

/** The dialog that is open. */
export function openDialog(): Dialog | undefined {
  return dialog
}

/** Shows failures: in a dialog, or in a corner while another dialog is open. */
export function showFailures(failures: Failures): void {
  if (dialog === undefined) return showDialog({ step: 'failures', ...failures })
  failures.onClose?.()
  const [first] = failures.failed
  if (first !== undefined) tellProblem(new ProblemError(first.problem))
}

const closedWatchers = new Set<() => void>()

/** Calls `watcher` whenever the dialog is out of sight, until the result is called. */
export function onDialogGone(watcher: () => void): () => void {
  closedWatchers.add(watcher)
  return () => closedWatchers.delete(watcher)
}

/** Tells those who watch. */
export function tellDialogGone(): void {
  for (const watcher of closedWatchers) watcher()
}

/** As {@link openDialog}, for a component. */
export function useDialog(): Dialog | undefined {
  return useSyncExternalStore((watcher) => {
    watchers.add(watcher)
    return () => watchers.delete(watcher)
  }, openDialog)
}
