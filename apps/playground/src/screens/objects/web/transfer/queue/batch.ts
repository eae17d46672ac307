/** Files that were chosen together: one action, over when all of them are. */
import { act, type ActionText } from '../../../../../web/actions.ts'
import { countText } from '../../../../../web/amounts.ts'
import { type Problem, ProblemError } from '../../../../../web/problem.ts'
import { uploadText } from '../../code.ts'
import { contentTypeOf } from './content-type.ts'
import type { Upload } from './upload.ts'

/** What every upload of a batch knows of it. */
export interface Batch {
  /** In the header of its requests. */
  readonly action: string
  readonly size: number
  /** Called once for each upload, with what went wrong. */
  readonly settle: (problem?: Problem) => void
}

/** Begins an action for the uploads, which is over when all have settled. */
export function openBatch(uploads: readonly Upload[], begin: (batch: Batch) => void): void {
  let open = uploads.length
  let first: Problem | undefined
  const over = Promise.withResolvers<void>()
  const settle = (problem?: Problem): void => {
    first ??= problem
    open -= 1
    if (open > 0) return
    if (first === undefined) over.resolve()
    else over.reject(new ProblemError(first))
  }
  const done = act(textOf(uploads), (action) => {
    begin({ action, size: uploads.length, settle })
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
