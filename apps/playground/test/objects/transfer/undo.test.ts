/** Offers to take something back: how many are shown, and that each is taken once. */
import { type NotificationData, notifications, notificationsStore } from '@mantine/notifications'
import type { ReactElement } from 'react'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { UndoOffer } from '../../../src/screens/objects/server/wire.ts'
import { openDialog, showDialog } from '../../../src/screens/objects/web/transfer/dialog.ts'
import { lastOwn } from '../../../src/screens/objects/web/transfer/own-actions.ts'
import { offerUndo, offerUndoOf } from '../../../src/screens/objects/web/transfer/undo.ts'

/** Ids that were taken back. */
let taken: string[]
/** What the server does not have any more. */
let gone: Set<string>
const session = new Map<string, string>()

async function serve(path: string, init: RequestInit): Promise<Response> {
  expect(path).toBe('/api/objects/undo')
  const { id } = JSON.parse(init.body as string) as { id: string }
  if (gone.has(id)) {
    const error = { code: 'NOT_FOUND', message: 'This cannot be undone any more', fix: '' }
    return Response.json({ error }, { status: 404 })
  }
  taken.push(id)
  const result = { done: 1, bytes: 1, failed: [], failedCount: 0, leftCount: 0, undo: null }
  return new Response(`${JSON.stringify({ result })}\n`)
}

interface OfferProps {
  readonly label: string
  readonly isLast: () => boolean
  readonly onTake: () => void
}

interface Shown {
  readonly label: string
  /** The key takes it. */
  readonly isLast: boolean
  readonly take: () => void
}

/** Those in the corner, and those that wait behind them. */
function messages(): NotificationData[] {
  const state = notificationsStore.getState()
  return [...state.notifications, ...state.queue]
}

function shown(): Shown[] {
  return messages().flatMap(({ message }) => {
    const { label, isLast, onTake } = (message as ReactElement<Partial<OfferProps>>).props
    return label === undefined ? [] : [{ label, isLast: isLast!(), take: onTake! }]
  })
}

const labels = (): string[] => shown().map(({ label }) => label)
const saved = (id: string, key: string): UndoOffer => ({ id, key, label: `Saved ${key}` })
const pass = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 20))

beforeEach(() => {
  taken = []
  gone = new Set()
  session.clear()
  vi.stubGlobal('window', new EventTarget())
  vi.stubGlobal('fetch', serve)
  vi.stubGlobal('sessionStorage', {
    getItem: (name: string) => session.get(name) ?? null,
    setItem: (name: string, value: string) => session.set(name, value),
  })
})
afterEach(() => {
  for (const { id } of messages()) notifications.hide(id!)
  showDialog(undefined)
  vi.unstubAllGlobals()
})

describe('an offer', () => {
  it('is taken once, however often it is clicked', async () => {
    offerUndo(saved('1', 'k'))
    const [offer] = shown()
    offer!.take()
    offer!.take()
    await pass()
    expect(taken).toEqual(['1'])
    expect(labels()).toEqual([])
  })

  it('takes the place of the former one of the same key', () => {
    offerUndo(saved('1', 'k'))
    offerUndo(saved('2', 'other'))
    offerUndo(saved('3', 'k'))
    expect(labels()).toEqual(['Saved other', 'Saved k'])
  })

  it('has the key when it is the last', async () => {
    for (const id of ['1', '2', '3']) offerUndo(saved(id, `k${id}`))
    const keyed = (): boolean[] => shown().map(({ isLast }) => isLast)
    expect(keyed()).toEqual([false, false, true])
    shown()[2]!.take()
    await pass()
    expect(keyed()).toEqual([false, true])
  })

  it('does not take that of another action with the same name', () => {
    offerUndo({ id: '1', label: 'Deleted 9 objects' })
    offerUndo({ id: '2', label: 'Deleted 9 objects' })
    expect(labels()).toHaveLength(2)
  })

  it('is one of the last three, so that the newest is seen', () => {
    for (let i = 1; i <= 9; i++) offerUndo(saved(String(i), `k${i}`))
    expect(labels()).toEqual(['Saved k7', 'Saved k8', 'Saved k9'])
    expect(notificationsStore.getState().queue).toEqual([])
  })

  it('is remembered by its tab, the last one only', () => {
    for (let i = 1; i <= 9; i++) offerUndo(saved(String(i), `k${i}`))
    expect(lastOwn()).toEqual({ ids: ['9'], label: 'Saved k9' })
    offerUndoOf({ label: 'Uploaded 2 files', offers: [saved('a', 'k'), saved('b', 'l')] })
    expect(lastOwn()).toEqual({ ids: ['a', 'b'], label: 'Uploaded 2 files' })
    for (const damaged of ['not JSON', '[]', '{"ids":[1]}']) {
      session.set('undo', damaged)
      expect(lastOwn()).toBeUndefined()
    }
  })
})

describe('an offer for several actions', () => {
  const offers = ['1', '2', '3'].map((id) => saved(id, `k${id}`))

  it('takes them back, the last one first', async () => {
    offerUndoOf({ label: 'Uploaded 3 files', offers })
    expect(labels()).toEqual(['Uploaded 3 files'])
    shown()[0]!.take()
    await pass()
    expect(taken).toEqual(['3', '2', '1'])
    expect(openDialog()).toBeUndefined()
  })

  it('tells of what is gone by then, and takes the others back', async () => {
    gone.add('2')
    offerUndoOf({ label: 'Uploaded 3 files', offers })
    shown()[0]!.take()
    await pass()
    expect(taken).toEqual(['3', '1'])
    const dialog = openDialog()
    expect(dialog).toMatchObject({
      step: 'failures',
      title: '1 of 3 objects could not be taken back',
      failed: [{ key: 'k2', problem: { code: 'NOT_FOUND' } }],
    })
    // Nobody could take that back any more.
    if (dialog?.step === 'failures') dialog.onClose?.()
    expect(labels()).toEqual([])
  })
})
