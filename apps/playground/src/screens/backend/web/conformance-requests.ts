/** What the buttons of the conformance kit ask of the server. */
import { perform } from '../../../web/actions.ts'
import { answer, client } from '../../../web/api.ts'
import type { BackendApi } from '../server/index.ts'
import type { ConformanceRequest } from '../server/wire.ts'
import { cancelText, conformanceText } from './code.ts'

/** Whichever button asked: what comes of it is told as an event, and a second click is none. */
let isAsking = false

/** Starts a run; a failure is shown. Whether it was started. */
export async function startRun(request: ConformanceRequest): Promise<boolean> {
  return once(() =>
    perform(conformanceText(request), (id) =>
      answer(client<BackendApi>('backend', id).conformance.$post({ json: request })),
    ),
  )
}

/** Ends the run that is under way; a failure is shown. */
export async function cancelRun(): Promise<void> {
  await once(() =>
    perform(cancelText(), (id) =>
      answer(client<BackendApi>('backend', id).conformance.cancel.$post()),
    ),
  )
}

async function once(ask: () => Promise<unknown>): Promise<boolean> {
  if (isAsking) return false
  isAsking = true
  try {
    return (await ask()) !== undefined
  } finally {
    isAsking = false
  }
}
