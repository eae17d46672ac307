/** What the page knows, put together from answers and from what is told. Pure. */
import type { MigrationNews, MigrationState, WholeMigration } from '../server/wire.ts'

const keptSecondsMax = 600

/** The newer of two states. */
function newer(known: MigrationState, heard: MigrationState): MigrationState {
  return heard.revision > known.revision ? heard : known
}

/** With one more thing heard. */
export function withNews(known: WholeMigration, { state, second }: MigrationNews): WholeMigration {
  const isNew = second !== undefined && second.at > (known.seconds.at(-1)?.at ?? 0)
  return {
    ...known,
    state: newer(known.state, state),
    seconds: isNew ? [...known.seconds, second].slice(-keptSecondsMax) : known.seconds,
  }
}

/** With the whole read anew: lists are as they were read, the state may be newer by now. */
export function withWhole(
  known: WholeMigration | undefined,
  whole: WholeMigration,
): WholeMigration {
  return known === undefined ? whole : { ...whole, state: newer(known.state, whole.state) }
}

/** Whether the records and stores are to be read anew. */
export function isListOld(known: MigrationState, heard: MigrationState): boolean {
  return heard.revision > known.revision && heard.listRevision !== known.listRevision
}
