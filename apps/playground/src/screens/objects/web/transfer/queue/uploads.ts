/** The uploads of this page: how they stand, and what a person can do with them. */
import { useSyncExternalStore } from 'react'
import { takeUp } from './intake.ts'
import { workedOn } from './other-tabs.ts'
import { queue } from './queue.ts'
import { anotherFile } from './refusals.ts'
import { pendingOnServer } from './sessions.ts'
import { type ChosenFile, fingerprintOf, nameIn } from './upload.ts'
import type { UploadsView } from './upload-list.ts'

const { list } = queue

/** The uploads, as of the last fifth of a second. */
export function useUploads(): UploadsView {
  return useSyncExternalStore(
    (watcher) => list.watch(watcher),
    () => list.view,
  )
}

/** Goes on with interrupted uploads whose files were chosen again; `id`: the row that asked. */
export function resume(files: readonly ChosenFile[], id?: number): void {
  const interrupted = list.all().filter(({ state }) => state === 'interrupted')
  const ids = files.flatMap(({ file }) => {
    const fingerprint = fingerprintOf(file)
    const same = interrupted.filter((each) => each.fingerprint === fingerprint)
    return same.map((each) => takeUp(each, file))
  })
  queue.start(ids)
  const asked = interrupted.find((each) => each.id === id) ?? interrupted[0]
  if (ids.length > 0 || asked === undefined || files.length === 0) return
  list.change(asked.id, { problem: anotherFile(files[0]!.file.name, asked) })
}

/** Uploads again what failed. */
export function retry(ids: readonly number[]): void {
  queue.start(ids)
}

/** Uploads over what is there. */
export function overwrite(ids: readonly number[]): void {
  queue.start(ids, { isOverwrite: true })
}

/** Ends uploads, or takes them off the list when they have ended. */
export function cancel(ids: readonly number[]): void {
  queue.cancel(ids)
}

/** Takes what is over off the list; what can be tried again stays. */
export function clearFinished(): void {
  list.clearDone()
  for (const { id, state } of list.all()) if (state === 'refused') list.remove(id)
}

/** Lists what earlier pages began; what is over elsewhere goes from the list. */
export async function refreshInterrupted(): Promise<void> {
  const [pending, isWorkedOn] = await Promise.all([pendingOnServer(), workedOn()])
  const serverIds = new Set(pending.map(({ id }) => id))
  const known = new Set<string | undefined>()
  for (const { id, state, serverId } of list.all()) {
    if (state === 'interrupted' && !serverIds.has(serverId ?? '')) list.remove(id)
    known.add(serverId)
  }
  for (const { id, key, size, offset, fingerprint } of pending) {
    if (known.has(id) || isWorkedOn({ key, fingerprint })) continue
    list.add({
      ...{ key, size, fingerprint, path: nameIn(fingerprint), file: undefined, serverId: id },
      ...{ isOverwrite: false, sentBytes: offset, isStalled: false, problem: undefined },
      state: 'interrupted',
    })
  }
}
