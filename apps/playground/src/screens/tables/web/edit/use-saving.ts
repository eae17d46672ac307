/** Saving what is typed, and deciding what others changed meanwhile. */
import { useMemo, useState } from 'react'
import type { ConflictDialogProps } from './conflict-dialog.tsx'
import { draftsOf, dropDraft, type EntityDraft, putDraft, type TableDrafts } from './drafts.ts'
import { type Conflict, type OnSaved, saveDrafts, type SaveWay } from './save.ts'

export interface Saving {
  readonly drafts: readonly EntityDraft[]
  readonly isSaving: boolean
  readonly save: (way: SaveWay) => void
  readonly conflict: ConflictDialogProps
}

/** Conflicts that are to be decided, and how to go on then. */
interface Deciding {
  readonly conflicts: readonly Conflict[]
  readonly way: SaveWay
  /** What was to be saved together. */
  readonly ids: ReadonlySet<string>
}

export function useSaving(table: string, ofTable: TableDrafts, onSaved: OnSaved): Saving {
  const [isSaving, setSaving] = useState(false)
  const [deciding, setDeciding] = useState<Deciding>()
  const drafts = useMemo(() => [...ofTable.values()], [ofTable])

  const run = async (way: SaveWay, ids: ReadonlySet<string>): Promise<void> => {
    const asked = [...draftsOf(table)].flatMap(([id, draft]) => (ids.has(id) ? [draft] : []))
    if (asked.length === 0) return
    setSaving(true)
    try {
      const conflicts = await saveDrafts(table, asked, way, onSaved)
      if (conflicts.length > 0) setDeciding({ conflicts, way, ids })
    } finally {
      setSaving(false)
    }
  }
  /** The next conflict; behind the last one it is saved again. */
  const goOn = ({ conflicts, way, ids }: Deciding): void => {
    const rest = conflicts.slice(1)
    if (rest.length > 0) {
      setDeciding({ conflicts: rest, way, ids })
      return
    }
    setDeciding(undefined)
    void run(way, ids)
  }
  return {
    drafts,
    isSaving,
    save: (way) => void run(way, new Set(ofTable.keys())),
    conflict: {
      conflict: deciding?.conflicts[0],
      left: deciding?.conflicts.length ?? 0,
      onDecide: (draft) => {
        putDraft(draft)
        if (deciding !== undefined) goOn(deciding)
      },
      onGiveUp: () => {
        const [first] = deciding?.conflicts ?? []
        if (deciding === undefined || first === undefined) return
        dropDraft(first.draft)
        onSaved(first.draft, first.now)
        goOn(deciding)
      },
      onClose: () => setDeciding(undefined),
    },
  }
}
