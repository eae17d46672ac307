/** The buttons of the conformance kit, as far as they ask the server. */
import { afterEach, expect, it, vi } from 'vitest'
import { cancelRun, startRun } from '../../src/screens/backend/web/conformance-requests.ts'

afterEach(() => {
  vi.unstubAllGlobals()
})

it('one request of a kind is under way at a time, whichever button asked', async () => {
  const answers: ((response: Response) => void)[] = []
  vi.stubGlobal('fetch', () => new Promise<Response>((resolve) => answers.push(resolve)))
  const first = startRun({ target: 'memory' })
  expect(await startRun({ target: 'file' })).toBe(false)
  // The run is told as begun before its request is answered: it can be cancelled by then.
  const early = cancelRun()
  await cancelRun()
  expect(answers).toHaveLength(2)
  answers[1]!(Response.json(null))
  await early
  answers[0]!(Response.json({}))
  expect(await first).toBe(true)

  const refused = startRun({ target: 'memory' })
  const error = { code: 'CONFLICT', message: 'A run is under way', fix: 'Wait.' }
  answers[2]!(Response.json({ error }, { status: 409 }))
  expect(await refused).toBe(false)
  const cancelled = cancelRun()
  answers[3]!(Response.json(null))
  await cancelled
  expect(answers).toHaveLength(4)
})
