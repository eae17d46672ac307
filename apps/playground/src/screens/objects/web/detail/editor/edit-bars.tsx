import { Button, Text, Tooltip, UnstyledButton } from '@mantine/core'
import { useDebouncedValue, useHotkeys } from '@mantine/hooks'
import { type ReactNode, useEffect, useEffectEvent, useMemo, useState } from 'react'
import { bytesText, countText } from '../../../../../web/amounts.ts'
import classes from '../detail.module.css'
import { type JsonFault, placeOf } from '../tree/scan-json.ts'
import { wholeBytesMax } from '../views.ts'
import { restoredText, shapeText, type TextShape } from './exact-text.ts'

/** What can be done with the text that is edited. */
export function EditBar({
  isJson,
  isChanged,
  isSaving,
  isFormatting,
  isReady,
  size,
  onSave,
  onFormat,
  onLeave,
}: {
  readonly isJson: boolean
  readonly isChanged: boolean
  readonly isSaving: boolean
  readonly isFormatting: boolean
  /** False before the text is there, and before another version of it is. */
  readonly isReady: boolean
  readonly size: ReactNode
  readonly onSave: () => void
  readonly onFormat: () => void
  readonly onLeave: () => void
}): ReactNode {
  // Beside the text, the browser would save the page.
  useHotkeys([['mod+S', onSave]], [])
  return (
    <div className={classes['line']} data-place="above">
      <Tooltip label="Ctrl+S or ⌘S" withArrow openDelay={300}>
        <Button
          size="compact-sm"
          onClick={onSave}
          loading={isSaving}
          disabled={!isChanged}
          aria-keyshortcuts="Control+S Meta+S"
        >
          Save
        </Button>
      </Tooltip>
      {isJson ? (
        <Button
          size="compact-sm"
          variant="default"
          onClick={onFormat}
          loading={isFormatting}
          disabled={!isReady}
        >
          Format JSON
        </Button>
      ) : null}
      <Button size="compact-sm" variant="default" onClick={onLeave}>
        {isChanged ? 'Cancel' : 'Done'}
      </Button>
      <Text size="sm" c="dimmed" className={`${classes['grow']} tabular`} ta="right">
        {size}{' '}
        <Text span inherit role="status">
          {isChanged ? 'Not saved' : 'No changes'}
        </Text>
      </Text>
    </div>
  )
}

/** Large texts are not measured for each key. */
const measureMs = 250

/** How large the text is as it would be saved. */
export function TextSize({
  edits,
  read,
  shape,
}: {
  /** Changes with every edit. */
  readonly edits: number
  /** The text as it stands in the editor. */
  readonly read: () => string
  readonly shape: TextShape
}): ReactNode {
  const [settled] = useDebouncedValue(edits, measureMs)
  const [bytes, setBytes] = useState<number>()
  const measure = useEffectEvent(() => {
    setBytes(new TextEncoder().encode(restoredText(read(), shape)).byteLength)
  })
  useEffect(() => measure(), [settled, shape])
  if (bytes === undefined) return null
  const isTooLarge = bytes > wholeBytesMax
  return (
    <Text span size="sm" inherit {...(isTooLarge ? { c: 'var(--mantine-color-error)' } : {})}>
      {bytesText(bytes)}
      {isTooLarge ? ': more than the 8 MiB that are saved here' : ''}
      {shapeText(shape) === '' ? '' : `, ${shapeText(shape)}`}.
    </Text>
  )
}

/** Where the text is no JSON; goes there. Empty when it is: what comes into it is announced. */
export function FaultLine({
  read,
  fault,
  onGo,
}: {
  readonly read: () => string
  readonly fault: JsonFault | undefined
  readonly onGo: (at: number) => void
}): ReactNode {
  // A fault is told of the text as it stands then.
  const place = useMemo(() => fault && placeOf(read(), fault.at), [fault])
  return (
    <div role="status">
      {fault === undefined || place === undefined ? null : (
        <UnstyledButton onClick={() => onGo(fault.at)} className={classes['line']} w="100%">
          <Text span size="sm">
            Not JSON yet. Line {countText(place.line)}, column {countText(place.column)}:{' '}
            {fault.message}.
          </Text>
        </UnstyledButton>
      )}
    </div>
  )
}
