/** What the page knows of queues, after the server told more. Pure. */
import type { GroupState, LogLine, QueueDetail, QueueList, QueueNews } from '../server/wire.ts'

const keptLinesMax = 200

/** The same when nothing of the list changed. */
export function listWith(list: QueueList, news: QueueNews): QueueList {
  const told = new Map(news.states.map((state) => [state.queue, state]))
  if (!list.queues.some(({ queue }) => told.has(queue))) return list
  return { ...list, queues: list.queues.map((state) => told.get(state.queue) ?? state) }
}

/** The same when nothing of the queue changed. */
export function detailWith(detail: QueueDetail, news: QueueNews): QueueDetail {
  const { queue } = detail.state
  const state = news.states.find((each) => each.queue === queue) ?? detail.state
  const told = news.groups.find((each) => each.queue === queue)
  if (state === detail.state && told === undefined) return detail
  return { ...detail, state, group: groupWith(detail.group, told) }
}

function groupWith(
  known: GroupState | undefined,
  told: GroupState | undefined,
): GroupState | undefined {
  if (told === undefined) return known
  return { ...told, log: linesWith(known?.log ?? [], told.log) }
}

/** Lines come again; those that were missed are left out. Numbers that fall begin anew. */
function linesWith(known: readonly LogLine[], told: readonly LogLine[]): readonly LogLine[] {
  const last = known.at(-1)?.sequence ?? 0
  const isAnew = (told.at(-1)?.sequence ?? 0) < last
  if (isAnew) return told
  const fresh = told.filter(({ sequence }) => sequence > last)
  return fresh.length === 0 ? known : [...known, ...fresh].slice(-keptLinesMax)
}
