/** What a transfer is called when it is offered for undo. */
import type { TransferRequest } from '../wire.ts'
import type { Plan } from './plan.ts'

const verbs = { copy: 'Copied', move: 'Moved', delete: 'Deleted' } as const

/** `Deleted a/b`, `Moved 9 objects`. @param done How many objects succeeded. */
export function actionLabel({ kind }: TransferRequest, { objects }: Plan, done: number): string {
  const [only] = objects
  const isOne = objects.length === 1 && only !== undefined
  const count = done === 1 ? '1 object' : `${done.toLocaleString('en')} objects`
  const what = isOne ? only.from : count
  return `${verbs[kind]} ${what}`
}
