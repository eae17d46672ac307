import { SegmentedControl, Stack, Text, Textarea } from '@mantine/core'
import { type KeyboardEvent, type ReactNode, useId } from 'react'
import { bytesText } from '../../../web/amounts.ts'
import type { TypedPayload } from '../server/wire.ts'

const encoder = new TextEncoder()

/** Why what was typed is no payload; undefined when it is one. `{{n}}` stands for a number. */
export function payloadFault({ kind, text }: TypedPayload): string | undefined {
  if (kind === 'text') return undefined
  if (text.trim() === '') return 'JSON is never empty; `null` says nothing, too.'
  try {
    JSON.parse(text.replaceAll('{{n}}', '1'))
    return undefined
  } catch (error) {
    return error instanceof Error ? `This is no JSON: ${error.message}` : String(error)
  }
}

/** What becomes of a payload that is larger than a message may be. */
export function claimText(messageBytesMax: number): string {
  const most = bytesText(messageBytesMax)
  return `more than the ${most} of a message. It goes to object storage, and the message claims it.`
}

/** Where a payload is typed: JSON or text. */
export function PayloadField({
  payload,
  onChange,
  isFaultShown,
  messageBytesMax,
  description,
  onSubmit,
}: {
  readonly payload: TypedPayload
  readonly onChange: (payload: TypedPayload) => void
  readonly isFaultShown: boolean
  readonly messageBytesMax: number
  readonly description?: string
  readonly onSubmit: () => void
}): ReactNode {
  const hint = useId()
  const { kind, text } = payload
  const bytes = encoder.encode(text).byteLength
  const isLarge = bytes > messageBytesMax
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return
    event.preventDefault()
    onSubmit()
  }
  return (
    <Stack gap={4}>
      <Textarea
        label="Payload"
        description={description}
        value={text}
        onChange={({ currentTarget }) => onChange({ kind, text: currentTarget.value })}
        onKeyDown={onKeyDown}
        error={isFaultShown ? payloadFault(payload) : undefined}
        aria-describedby={hint}
        classNames={{ input: 'mono' }}
        styles={{ input: { fontSize: 13 } }}
        autosize
        minRows={6}
        maxRows={14}
        spellCheck={false}
        autoComplete="off"
        data-autofocus
      />
      <Text size="xs" c="dimmed" className="tabular" id={hint}>
        {bytesText(bytes)}
        {isLarge
          ? `: ${claimText(messageBytesMax)}`
          : ` of ${bytesText(messageBytesMax)} that a message holds.`}
      </Text>
    </Stack>
  )
}

const kinds = [
  { value: 'json', label: 'JSON' },
  { value: 'text', label: 'Text' },
] as const

/** What is typed. */
export function KindField({
  kind,
  onChange,
}: {
  readonly kind: TypedPayload['kind']
  readonly onChange: (kind: TypedPayload['kind']) => void
}): ReactNode {
  return (
    <SegmentedControl
      size="xs"
      aria-label="Kind of payload"
      data={[...kinds]}
      value={kind}
      onChange={onChange}
    />
  )
}
