/** What a transfer is called when it is offered for undo. */
import type { TransferRequest } from '../wire.ts'
import type { Plan } from './plan.ts'

const verbs = { copy: 'Copied', move: 'Moved', delete: 'Deleted' } as const

/** `Deleted a/b`, `Moved 9 objects to c/`. @param done How many objects succeeded. */
export function actionLabel(request: TransferRequest, { objects }: Plan, done: number): string {
  const [only] = objects
  const isOne = objects.length === 1 && only !== undefined
  const count = done === 1 ? '1 object' : `${done.toLocaleString('en')} objects`
  const what = isOne ? only.from : count
  const to = isOne ? only.to : targetOf(request)
  return `${verbs[request.kind]} ${what}${to === undefined ? '' : ` to ${to || 'the top level'}`}`
}

/** The one prefix that all went to; undefined when there is none. */
function targetOf({ kind, items, prefixes }: TransferRequest): string | undefined {
  if (kind === 'delete') return undefined
  const [only] = prefixes
  if (items.length === 0 && prefixes.length === 1) return only?.to
  const targets = [...items, ...prefixes].map(({ to = '' }) => {
    return to.slice(0, to.lastIndexOf('/', to.length - 2) + 1)
  })
  return targets.every((target) => target === targets[0]) ? targets[0] : undefined
}
