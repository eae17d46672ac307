import { Modal } from '@mantine/core'
import { useMediaQuery } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { Late } from '../../../../../web/late.tsx'
import type { ObjectDetails, Saved } from '../../../server/wire.ts'
import type { EditedVersion } from '../editor/edited-version.ts'
import type { SavedText } from '../editor/use-saving.ts'
import { ViewProblem } from '../view-problem.tsx'
import { BackButton } from './back-button.tsx'
import { findConflict } from './conflict.ts'
import type { KeptMerge } from './put-together.ts'
import { Resolving } from './resolving.tsx'
import type { OwnText } from './use-resolving.ts'
import classes from './merge.module.css'

interface ConflictDialogProps {
  /** The version that mine began with. */
  readonly base: EditedVersion
  readonly mine: string
  /** A merge that was left before: it goes on, with what was typed since. */
  readonly kept: KeptMerge | undefined
  /** Called with every save that begins; it does not reject. */
  readonly onSaving: (saving: Promise<void>) => void
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

/** Somebody may save again while one merges: what was merged is put together with that then. */
interface Round {
  readonly number: number
  readonly kept: KeptMerge | undefined
  /** What is saved over theirs as it is. */
  readonly own: OwnText
}

function Rounds({ base, mine, kept, ...on }: ConflictDialogProps): ReactNode {
  const [round, setRound] = useState<Round>(() => {
    const { shape, details } = base
    return { number: 1, kept, own: { plain: mine, shape, contentType: details.contentType } }
  })
  const { key, etag } = base.details
  const { number } = round
  const { data, error, refetch } = useQuery({
    queryKey: ['objects', 'conflict', key, etag, number],
    queryFn: ({ signal }) => findConflict({ base, typed: mine, kept: round.kept }, signal),
    gcTime: 0,
    structuralSharing: false,
    staleTime: 'static',
  })
  if (data === undefined) {
    return (
      <>
        {error === null ? (
          <Late>Loading their version…</Late>
        ) : (
          <ViewProblem error={error} onRetry={() => void refetch()} />
        )}
        <div className={classes['words']}>
          <BackButton key={String(error)} onBack={() => on.onBack(round.kept)} />
        </div>
      </>
    )
  }
  return (
    <Resolving
      key={number}
      objectKey={key}
      conflict={data}
      own={round.own}
      keep={(written) =>
        data.kind === 'text' && written !== undefined
          ? { theirs: data.theirs, typed: mine, result: written, isLaidOut: data.isLaidOut }
          : round.kept
      }
      {...on}
      onAgain={(next) => setRound({ number: number + 1, ...next })}
    />
  )
}
