import { Text } from '@mantine/core'
import type { ReactNode } from 'react'
import { momentText } from '../../../../../web/amounts.ts'
import type { Conflict } from './conflict.ts'

/** What happened, and what one sees. */
export function ConflictWords({ conflict }: { readonly conflict: Conflict }): ReactNode {
  if (conflict.kind === 'gone') {
    return (
      <Text size="sm">
        <b>Somebody deleted or moved this object while you edited.</b> Nothing is lost: your text is
        still here.
      </Text>
    )
  }
  if (conflict.kind === 'other') {
    return (
      <Text size="sm">
        <b>Somebody saved a new version while you edited.</b> It cannot be merged with yours.{' '}
        {conflict.fault}
      </Text>
    )
  }
  const { theirs, merged } = conflict
  return (
    <Text size="sm">
      <b>Somebody saved a new version while you edited</b>, at{' '}
      {momentText(new Date(theirs.details.modifiedAt))}. Theirs is compared with the result, which
      you can change. {mergeWords(merged?.conflicts.length)}
    </Text>
  )
}

function mergeWords(conflicts: number | undefined): string {
  if (conflicts === undefined) {
    return (
      'Putting both together would take too long: the result is yours. ' +
      'Take from theirs what you want.'
    )
  }
  if (conflicts === 0) {
    return 'Your changes and theirs do not touch: the result has both. Look it over, then save it.'
  }
  const places = conflicts === 1 ? 'One place was' : `${conflicts} places were`
  return (
    `${places} changed by both: there the result has yours, marked. ` +
    'Take theirs instead, or write what is right.'
  )
}
