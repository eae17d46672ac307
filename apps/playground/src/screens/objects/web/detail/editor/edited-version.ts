import type { ObjectDetails } from '../../../server/wire.ts'
import { readWhole, type Reading } from '../bytes.ts'
import { editFault, isJsonType } from '../views.ts'
import { exactText, type TextShape } from './exact-text.ts'

/** A version of an object, all of its text in hand. */
export interface EditedVersion {
  readonly details: ObjectDetails
  /** Lines end with `\n`. */
  readonly plain: string
  readonly shape: TextShape
}

/**
 * Reads a version to edit it.
 *
 * @returns the version, or why it cannot be edited.
 * @throws ProblemError `PRECONDITION_FAILED` when it was changed.
 */
export async function readEdited(
  details: ObjectDetails,
  reading: Reading,
): Promise<EditedVersion | string> {
  const fault = editFault(details)
  if (fault !== undefined) return fault
  const text = exactText(await readWhole(details, reading), isJsonType(details.contentType))
  if (text === undefined) {
    return 'It is not UTF-8: saved as text, some of its bytes would be lost. Look at it as hex.'
  }
  return { details, ...text }
}
