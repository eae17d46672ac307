/** What is typed for a message that is to be sent, and the fields where it is. */
import { FileInput, Group, NumberInput, Select } from '@mantine/core'
import type { ReactNode } from 'react'
import { bytesText } from '../../../web/amounts.ts'
import type { SendTimes } from './code.ts'
import { claimText, payloadFault } from './payload-field.tsx'

/** As the server takes them. */
const fileBytesMax = 8 * 1024 ** 2
const delayMax = 7 * 86_400

export interface Draft {
  readonly kind: 'json' | 'text' | 'file'
  readonly texts: Readonly<Record<'json' | 'text', string>>
  readonly file: File | null
  readonly delay: number | string
  readonly life: string
}

export const firstDraft: Draft = {
  kind: 'json',
  texts: {
    json: JSON.stringify(
      { id: 'task-{{n}}', task: 'summarise', document: 'knowledge/documents/q2_strategy' },
      undefined,
      2,
    ),
    text: 'ping {{n}}',
  },
  file: null,
  delay: 0,
  life: '',
}

/** Seconds; empty for what the service does by itself. */
const lives = [
  { value: '60', label: '1 minute' },
  { value: '3600', label: '1 hour' },
  { value: '', label: '7 days' },
  { value: '2592000', label: '30 days' },
  { value: '-1', label: 'for ever' },
]

export function timesOf({ delay, life }: Draft): SendTimes {
  const seconds = Number(delay) || 0
  return {
    ...(seconds === 0 ? {} : { delaySeconds: seconds }),
    ...(life === '' ? {} : { timeToLiveSeconds: Number(life) }),
  }
}

/** Why it cannot be sent; undefined when it can. */
export function faultOf({ kind, texts, file }: Draft): string | undefined {
  if (kind !== 'file') return payloadFault({ kind, text: texts[kind] })
  if (file === null) return 'Choose a file.'
  if (file.size <= fileBytesMax) return undefined
  return `The file has ${bytesText(file.size)}; up to ${bytesText(fileBytesMax)} are sent here.`
}

export function FileField({
  file,
  fault,
  messageBytesMax,
  onChange,
}: {
  readonly file: File | null
  readonly fault: string | undefined
  readonly messageBytesMax: number
  readonly onChange: (file: File | null) => void
}): ReactNode {
  const isLarge = file !== null && file.size > messageBytesMax
  return (
    <FileInput
      label="File"
      description={
        isLarge
          ? `${bytesText(file.size)}: ${claimText(messageBytesMax)}`
          : `Its bytes as they are. Up to ${bytesText(messageBytesMax)} fit into a message.`
      }
      placeholder="Choose a file"
      value={file}
      onChange={onChange}
      error={fault}
      clearable
      clearButtonProps={{ 'aria-label': 'No file' }}
    />
  )
}

export function Times({
  draft,
  onDraft,
}: {
  readonly draft: Draft
  readonly onDraft: (draft: Draft) => void
}): ReactNode {
  return (
    <Group gap="md" align="flex-start">
      <NumberInput
        label="Delay"
        description="Until it is visible"
        size="xs"
        w={150}
        min={0}
        max={delayMax}
        allowDecimal={false}
        clampBehavior="strict"
        suffix=" s"
        value={draft.delay}
        onChange={(delay) => onDraft({ ...draft, delay })}
      />
      <Select
        label="Time to live"
        description="Then it is gone, handled or not"
        size="xs"
        w={190}
        data={lives}
        value={draft.life}
        allowDeselect={false}
        onChange={(life) => onDraft({ ...draft, life: life ?? '' })}
      />
    </Group>
  )
}
