import { act, type ActionText } from '../../../../../web/actions.ts'
import { answer, client } from '../../../../../web/api.ts'
import { ProblemError } from '../../../../../web/problem.ts'
import { literalCharsMax, program } from '../../../../../web/program.ts'
import type { ObjectsApi } from '../../../server/index.ts'
import type { Saved } from '../../../server/wire.ts'
import { saveTextText, savingLines } from '../../code.ts'
import { isJsonType } from '../views.ts'

/** A text to be saved just as it is. */
export interface TextToSave {
  readonly key: string
  readonly text: string
  readonly contentType: string
  /** Only over this version, or only where nothing is. */
  readonly condition: { readonly ifMatch: string } | { readonly ifNoneMatch: '*' }
}

/**
 * Saves a text.
 *
 * @throws ProblemError `PRECONDITION_FAILED`, `ALREADY_EXISTS` when the condition is not met,
 * `SERIALIZATION` for JSON that is none.
 */
export async function saveText(save: TextToSave): Promise<Saved> {
  const { key, text, contentType, condition } = save
  try {
    return await act(savingText(save), (action) =>
      answer(
        client<ObjectsApi>('objects', action).text.$put({
          json: { key, text, contentType, ...condition },
        }),
      ),
    )
  } catch (error) {
    const isNoJson = error instanceof ProblemError && error.problem.code === 'SERIALIZATION'
    if (!isNoJson) throw error
    // It is of a text in an editor, not of an object that does not decode.
    const problem = { ...error.problem, fix: 'Correct it, then save again.' }
    throw new ProblemError(problem, { cause: error })
  }
}

/** The action, with its code: a text that nobody would read there comes from a file. */
export function savingText({ key, text, contentType, condition }: TextToSave): ActionText {
  const isShort = text.length <= literalCharsMax
  const action = saveTextText(key, isShort ? text : '', contentType, condition)
  if (isShort) return action
  const file = `the-text.${isJsonType(contentType) ? 'json' : 'txt'}`
  const body = [
    '// The text that was saved: put it into this file, just as it is.',
    `const text = await readFile('${file}', 'utf8')`,
    ...savingLines(key, contentType, condition),
  ]
  return { ...action, code: program(body, ["import { readFile } from 'node:fs/promises'"]) }
}
