/** Failures as the page shows them. */
import { notificationsStore } from '@mantine/notifications'
import { afterEach, expect, it, vi } from 'vitest'
import { followLostParts } from '../../src/web/lost-part.ts'
import { ProblemError, problemOf, tellProblem, unavailable } from '../../src/web/problem.ts'

const isLive = vi.hoisted(() => vi.fn<() => boolean>(() => true))
vi.mock('../../src/web/live.ts', () => ({ isLive }))

afterEach(() => vi.unstubAllGlobals())

it('tells a failure in a corner, with a way to close it that has a name', () => {
  tellProblem(new ProblemError(unavailable))
  const [notification] = notificationsStore.getState().notifications
  expect(notification).toMatchObject({
    title: 'UNAVAILABLE',
    closeButtonProps: { 'aria-label': 'Close' },
  })
})

it.each([
  'Failed to fetch dynamically imported module: http://127.0.0.1/assets/page-1.js',
  'error loading dynamically imported module',
  'Importing a module script failed.',
  'Unable to preload CSS for /assets/page-1.css',
])('knows a part that the server does not have any more (%s)', (message) => {
  const page = new EventTarget()
  vi.stubGlobal('addEventListener', page.addEventListener.bind(page))
  followLostParts()
  const error = new TypeError(message)
  page.dispatchEvent(Object.assign(new Event('vite:preloadError'), { payload: error }))
  expect(problemOf(error)).toMatchObject({ code: 'OLD_PAGE', fix: 'Reload the page.' })
  // The same when nobody is there to ask.
  isLive.mockReturnValueOnce(false)
  expect(problemOf(error)).toMatchObject({ code: 'UNAVAILABLE' })
  expect(problemOf(new TypeError(message))).not.toMatchObject({ code: 'OLD_PAGE' })
})
