import { act } from '../../../../../web/actions.ts'
import { answer, client } from '../../../../../web/api.ts'
import type { ObjectsApi } from '../../../server/index.ts'
import type { Saved } from '../../../server/wire.ts'
import { saveTextText } from '../../code.ts'

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
export function saveText({ key, text, contentType, condition }: TextToSave): Promise<Saved> {
  return act(saveTextText(key, text, contentType, condition), (action) =>
    answer(
      client<ObjectsApi>('objects', action).text.$put({
        json: { key, text, contentType, ...condition },
      }),
    ),
  )
}
