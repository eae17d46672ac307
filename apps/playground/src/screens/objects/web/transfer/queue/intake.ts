/** How files come to the uploads: chosen, dropped, or chosen again. */
import { type Problem, ProblemError, tellProblem } from '../../../../../web/problem.ts'
import { filesIn, filesMax } from './chosen-files.ts'
import { queue } from './queue.ts'
import { exists, isOpen, nothingDropped, refusalOf, tooMany, unreadable } from './refusals.ts'
import { takenOf } from './sessions.ts'
import { openCount } from './summary.ts'
import { wholeBytesMax } from './transport.ts'
import { type ChosenFile, fingerprintOf, type Upload } from './upload.ts'

const { list } = queue

/** Uploads files to `prefix` and their paths. What cannot be is on the list with the reason. */
export async function upload(prefix: string, files: readonly ChosenFile[]): Promise<void> {
  if (list.size + files.length > filesMax) return tell(tooMany(files.length))
  if (openCount(list.view.summary) === 0) list.clearDone()
  const ids: number[] = []
  for (const [index, { file, path }] of files.entries()) {
    const id = listed(prefix + path, path, file)
    if (id !== undefined) ids.push(id)
    if (index % sliceFiles === sliceFiles - 1) await nextTurn()
  }
  queue.start(await withoutTaken(ids))
}

/** A browser asks the disk for each file's size: after so many the page gets its turn. */
const sliceFiles = 100

function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve)
  })
}

/** Puts a file on the list; undefined for one that is refused. */
function listed(key: string, path: string, file: File): number | undefined {
  const { size } = file
  const before = list.ofKey(key)
  const problem = refusalOf(key, before)
  // Only what goes in parts can go on later.
  const fingerprint = size > wholeBytesMax ? fingerprintOf(file) : ''
  if (before !== undefined && !isOpen(before)) {
    const isSame = before.fingerprint === fingerprint && before.size === size
    if (isSame && problem === undefined && canGoOn(before)) return takeUp(before, file)
    queue.cancel([before.id])
  }
  const { id } = list.add({
    ...{ key, path, file, size, fingerprint, problem },
    ...{ isOverwrite: false, sentBytes: 0, isStalled: false, serverId: undefined },
    state: problem === undefined ? 'waiting' : 'refused',
  })
  return problem === undefined ? id : undefined
}

/** Without those whose key is taken: no byte of them is sent before the person decides. */
async function withoutTaken(ids: readonly number[]): Promise<number[]> {
  const uploads = ids.flatMap((id) => list.get(id) ?? [])
  // Without an answer all are tried: the storage refuses what exists, too.
  const taken = await takenOf(uploads.map(({ key }) => key)).catch(() => new Map<string, number>())
  for (const { id, key } of uploads) {
    const takenBytes = taken.get(key)
    if (takenBytes !== undefined) list.change(id, { state: 'exists', problem: exists, takenBytes })
  }
  return uploads.filter(({ key }) => !taken.has(key)).map(({ id }) => id)
}

/** Uploads what was dropped, after looking through its folders. */
export async function uploadDropped(
  prefix: string,
  entries: readonly (FileSystemEntry | File)[],
): Promise<void> {
  const files: ChosenFile[] = []
  try {
    for await (const file of filesIn(entries)) {
      files.push(file)
      list.setLookedThrough(files.length)
      if (files.length > filesMax) break
    }
  } catch (cause) {
    return tell(unreadable(cause))
  } finally {
    list.setLookedThrough(undefined)
  }
  if (files.length > 0) await upload(prefix, files)
  else tell(nothingDropped)
}

/** The server may have a part of it. */
function canGoOn({ state }: Upload): boolean {
  return state === 'interrupted' || state === 'failed'
}

/** Gives an interrupted upload its file. */
export function takeUp({ id }: Upload, file: File): number {
  list.change(id, { file, problem: undefined })
  return id
}

function tell(problem: Problem): void {
  tellProblem(new ProblemError(problem))
}
