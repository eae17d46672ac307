/** What the buttons of the conformance kit ask of the server. */
import { perform } from '../../../web/actions.ts'
import { answer, client } from '../../../web/api.ts'
import type { BackendApi } from '../server/index.ts'
import type { ConformanceRequest } from '../server/wire.ts'
import { cancelText, conformanceText } from './code.ts'

/**
 * What is being asked, whichever button asked: what comes of it is told as an event, and a second
 * click is none.
 */
const asking = new Set<'start' | 'cancel'>()

/** Starts a run; a failure is shown. Whether it was started. */
export async function startRun(request: ConformanceRequest): Promise<boolean> {
  return once('start', () =>
    perform(conformanceText(request), (id) =>
      answer(client<BackendApi>('backend', id).conformance.$post({ json: request })),
    ),
  )
}

/** Ends the run that is under way; a failure is shown. */
export async function cancelRun(): Promise<void> {
  await once('cancel', () =>
    perform(cancelText(), (id) =>
      answer(client<BackendApi>('backend', id).conformance.cancel.$post()),
    ),
  )
}

async function once(request: 'start' | 'cancel', ask: () => Promise<unknown>): Promise<boolean> {
  if (asking.has(request)) return false
  asking.add(request)
  try {
    return (await ask()) !== undefined
  } finally {
    asking.delete(request)
  }
}
