import { Modal } from '@mantine/core'
import { useMediaQuery } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import type { ObjectDetails, Saved } from '../../../server/wire.ts'
import type { EditedVersion } from '../editor/edited-version.ts'
import type { SavedText } from '../editor/use-saving.ts'
import { Late } from '../late.tsx'
import { ViewProblem } from '../view-problem.tsx'
import { findConflict } from './conflict.ts'
import { type KeptMerge, Resolving } from './resolving.tsx'
import classes from './merge.module.css'

interface ConflictDialogProps {
  /** The version that mine began with. */
  readonly base: EditedVersion
  readonly mine: string
  /** A merge that was begun before, perhaps of other texts. */
  readonly kept: KeptMerge | undefined
  /** Called with the text that was saved, which both now begin with. */
  readonly onSaved: (saved: Saved, text: SavedText) => void
  /** Goes on typing in mine; what was merged so far is to be kept. */
  readonly onBack: (kept: KeptMerge | undefined) => void
  /** Undefined: there is nothing of theirs. */
  readonly onDiscard: (theirs: ObjectDetails | undefined) => void
}

/** Mine and theirs side by side, after somebody saved or deleted while one edited. */
export function ConflictDialog(props: ConflictDialogProps): ReactNode {
  const isNarrow = useMediaQuery('(max-width: 48em)', false, { getInitialValueInEffect: false })
  return (
    <Modal
      opened
      onClose={() => props.onBack(props.kept)}
      title="Somebody was faster"
      size="min(96vw, 1600px)"
      yOffset="5dvh"
      fullScreen={isNarrow}
      // Its buttons say what becomes of the text; keys belong to the text.
      withCloseButton={false}
      closeOnClickOutside={false}
      closeOnEscape={false}
      classNames={{ body: classes['body']! }}
      attributes={{ body: { 'data-place': isNarrow ? 'whole' : 'inside' } }}
    >
      <Rounds {...props} />
    </Modal>
  )
}

/** Somebody may save again while one merges: what was merged is mine then, and theirs is the base. */
function Rounds(props: ConflictDialogProps): ReactNode {
  const [round, setRound] = useState({ number: 1, base: props.base, mine: props.mine })
  const { number, base, mine } = round
  const { data, error, refetch } = useQuery({
    queryKey: ['objects', 'conflict', base.details.key, base.details.etag, number],
    queryFn: ({ signal }) => findConflict(base, mine, signal),
    gcTime: 0,
    structuralSharing: false,
    staleTime: 'static',
  })
  if (error !== null) {
    return <ViewProblem error={error} onRetry={() => void refetch()} />
  }
  if (data === undefined) return <Late>Loading their version…</Late>
  const again = (merged: string): void => {
    const next = data.kind === 'text' ? data.theirs : base
    setRound({ number: number + 1, base: next, mine: merged })
  }
  return (
    <Resolving
      key={number}
      {...props}
      base={base}
      mine={mine}
      typed={props.mine}
      conflict={data}
      onAgain={again}
    />
  )
}
