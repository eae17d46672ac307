/** Files that were chosen together: one action, over when all of them are. */
import { act, type ActionText } from '../../../../../web/actions.ts'
import { countText } from '../../../../../web/amounts.ts'
import { type Problem, ProblemError } from '../../../../../web/problem.ts'
import type { Saved, UndoOffer } from '../../../server/wire.ts'
import { uploadText } from '../../code.ts'
import { contentTypeOf } from './content-type.ts'
import type { Upload } from './upload.ts'

/** What came of an upload. Neither: it is there, but the answer that told of it was lost. */
interface Outcome {
  readonly saved?: Saved | undefined
  readonly problem?: Problem | undefined
}

/** What every upload of a batch knows of it. */
export interface Batch {
  /** In the header of its requests. */
  readonly action: string
  /** Called once for each upload. */
  readonly settle: (outcome: Outcome) => void
}

/** What a batch wrote. */
export interface Written {
  readonly count: number
  /** What can be taken back, the last `offersMax`: no more are kept by the server. */
  readonly offers: readonly UndoOffer[]
  /** Why something cannot, when that is so. */
  readonly refusal: string | undefined
}

const offersMax = 1000

/** Begins an action for the uploads; calls `onOver` when all have settled. */
export function openBatch(
  uploads: readonly Upload[],
  begin: (batch: Batch) => void,
  onOver: (written: Written) => void,
): void {
  let open = uploads.length
  let first: Problem | undefined
  let count = 0
  let refusal: string | undefined
  const offers: UndoOffer[] = []
  const over = Promise.withResolvers<void>()
  const settle = ({ saved, problem }: Outcome): void => {
    first ??= problem
    open -= 1
    if (problem === undefined) count += 1
    refusal ??= saved?.undoRefusal
    if (saved?.undo) offers.push(saved.undo)
    if (offers.length > offersMax) offers.shift()
    if (open > 0) return
    if (first === undefined) over.resolve()
    else over.reject(new ProblemError(first))
    onOver({ count, offers, refusal })
  }
  const done = act(textOf(uploads), (action) => {
    begin({ action, settle })
    return over.promise
  })
  // Each upload tells of its own failure; the action keeps the first.
  done.catch(() => undefined)
}

function textOf(uploads: readonly Upload[]): ActionText {
  const { key, path, isOverwrite } = uploads[0]!
  const contentType = contentTypeOf({ name: path, type: uploads[0]!.file?.type ?? '' })
  const one = uploadText(key, path, contentType, isOverwrite)
  if (uploads.length === 1) return one
  const others = countText(uploads.length - 1)
  const files = others === '1' ? 'file' : 'files'
  return {
    label: `Upload ${countText(uploads.length)} files`,
    code: `${one.code}// And ${others} more ${files} in the same way.\n`,
  }
}
