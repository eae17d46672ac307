import { Text } from '@mantine/core'
import type { ReactNode } from 'react'
import { momentText } from '../../../../../web/amounts.ts'
import type { Conflict } from './conflict.ts'
import type { Together } from './put-together.ts'

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
  const { theirs } = conflict
  return (
    <Text size="sm">
      <b>Somebody saved a new version while you edited</b>, at{' '}
      {momentText(new Date(theirs.details.modifiedAt))}. Theirs is compared with the result, which
      you can change. {mergeWords(conflict)}
      {conflict.isLaidOut ? laidOutWords : ''}
    </Text>
  )
}

const laidOutWords = ' The JSON is laid out for that, one member a line; so it is saved.'

function mergeWords({ how, result: { conflicts } }: Together): string {
  if (how === 'mine') {
    return (
      'Putting both together would take too long: the result is yours. ' +
      'Take from theirs what you want.'
    )
  }
  if (how === 'kept') {
    const marked = conflicts.length === 0 ? '' : ' What is marked is still to be decided.'
    return `The result is your merge as you left it, with what you typed since.${marked}`
  }
  if (conflicts.length === 0) {
    return 'Your changes and theirs do not touch: the result has both. Look it over, then save it.'
  }
  const places = conflicts.length === 1 ? 'One place was' : `${conflicts.length} places were`
  return (
    `${places} changed by both: there the result has yours, marked. ` +
    'Take theirs, write what is right, or keep yours.'
  )
}
