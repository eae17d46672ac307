import {
  Alert,
  Button,
  FileInput,
  Group,
  Modal,
  NumberInput,
  SegmentedControl,
  Select,
  Stack,
  Text,
} from '@mantine/core'
import { IconCheck } from '@tabler/icons-react'
import { useQueryClient } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { act } from '../../../web/actions.ts'
import { bytesText, countText, momentText } from '../../../web/amounts.ts'
import { answer, client, request } from '../../../web/api.ts'
import { PrefixLink } from '../../../web/object-link.tsx'
import { type Problem, problemOf } from '../../../web/problem.ts'
import { ProblemNotice } from '../../../web/problem-text.tsx'
import type { QueuesApi } from '../server/index.ts'
import type { SendReport, TypedPayload } from '../server/wire.ts'
import { sendFileText, sendText, type SendTimes } from './code.ts'
import { claimText, payloadFault, PayloadField } from './payload-field.tsx'
import { messagesText } from './removal-dialog.tsx'
import { readAnew, useMessageBytesMax } from './use-queues.ts'

/** As the server takes them. */
const fileBytesMax = 8 * 1024 ** 2
const countMax = 1000
const delayMax = 7 * 86_400
const many = 100

/** Sends messages: what is typed, once or many times, or a file. Stays open for more. */
export function SendDialog({
  queue,
  isOpen,
  onClose,
}: {
  readonly queue: string
  readonly isOpen: boolean
  readonly onClose: () => void
}): ReactNode {
  // What was typed is there again the next time.
  const [draft, setDraft] = useState<Draft>(firstDraft)
  return (
    <Modal
      opened={isOpen}
      onClose={onClose}
      title={`Send to ${queue}`}
      size="lg"
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <SendForm queue={queue} draft={draft} onDraft={setDraft} />
    </Modal>
  )
}

interface Draft {
  readonly kind: 'json' | 'text' | 'file'
  readonly texts: Readonly<Record<'json' | 'text', string>>
  readonly file: File | null
  readonly delay: number | string
  readonly life: string
}

const firstDraft: Draft = {
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

function timesOf({ delay, life }: Draft): SendTimes {
  const seconds = Number(delay) || 0
  return {
    ...(seconds === 0 ? {} : { delaySeconds: seconds }),
    ...(life === '' ? {} : { timeToLiveSeconds: Number(life) }),
  }
}

interface Sent {
  readonly number: number
  readonly report: SendReport
}

function SendForm({
  queue,
  draft,
  onDraft,
}: {
  readonly queue: string
  readonly draft: Draft
  readonly onDraft: (draft: Draft) => void
}): ReactNode {
  const queries = useQueryClient()
  const messageBytesMax = useMessageBytesMax()
  const [count, setCount] = useState<number | string>(many)
  const [isTried, setTried] = useState(false)
  const [busy, setBusy] = useState<'one' | 'many'>()
  const [problem, setProblem] = useState<Problem>()
  const [sent, setSent] = useState<Sent>()
  const { kind, file } = draft
  const times = timesOf(draft)
  const send = async (button: 'one' | 'many'): Promise<void> => {
    setTried(true)
    setProblem(undefined)
    if (busy !== undefined || faultOf(draft) !== undefined) return
    setBusy(button)
    try {
      const number = button === 'one' ? 1 : Number(count) || 1
      const report =
        kind === 'file'
          ? await sendFile(queue, file!, times)
          : await sendTyped(queue, { kind, text: draft.texts[kind] }, number, times)
      setSent({ number: (sent?.number ?? 0) + 1, report })
      setTried(false)
      void readAnew(queries)
    } catch (error) {
      setProblem(problemOf(error))
    } finally {
      setBusy(undefined)
    }
  }
  return (
    <Stack gap="sm">
      <SegmentedControl
        size="xs"
        aria-label="Kind of payload"
        data={[
          { value: 'json', label: 'JSON' },
          { value: 'text', label: 'Text' },
          { value: 'file', label: 'File' },
        ]}
        value={kind}
        onChange={(value) => onDraft({ ...draft, kind: value })}
      />
      {kind === 'file' ? (
        <FileField
          file={file}
          fault={isTried ? faultOf(draft) : undefined}
          messageBytesMax={messageBytesMax}
          onChange={(next) => onDraft({ ...draft, file: next })}
        />
      ) : (
        <PayloadField
          payload={{ kind, text: draft.texts[kind] }}
          description="{{n}} becomes the number of the message, when many are sent."
          onChange={({ text }) => onDraft({ ...draft, texts: { ...draft.texts, [kind]: text } })}
          isFaultShown={isTried}
          messageBytesMax={messageBytesMax}
          onSubmit={() => void send('one')}
        />
      )}
      <Times draft={draft} onDraft={onDraft} />
      {problem === undefined ? null : <ProblemNotice problem={problem} />}
      <Sent queue={queue} sent={sent} />
      <Group justify="flex-end" gap="xs">
        {kind === 'file' ? null : (
          <>
            <NumberInput
              size="sm"
              w={96}
              aria-label="How many"
              min={1}
              max={countMax}
              allowDecimal={false}
              clampBehavior="strict"
              value={count}
              onChange={setCount}
            />
            <Button variant="default" loading={busy === 'many'} onClick={() => void send('many')}>
              Send {countText(Number(count) || 1)}
            </Button>
          </>
        )}
        <Button loading={busy === 'one'} onClick={() => void send('one')}>
          {kind === 'file' ? 'Send the file' : 'Send one'}
        </Button>
      </Group>
    </Stack>
  )
}

function faultOf({ kind, texts, file }: Draft): string | undefined {
  if (kind !== 'file') return payloadFault({ kind, text: texts[kind] })
  if (file === null) return 'Choose a file.'
  if (file.size <= fileBytesMax) return undefined
  return `The file has ${bytesText(file.size)}; up to ${bytesText(fileBytesMax)} are sent here.`
}

function FileField({
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

function Times({
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

/** What was sent last, and where it is. */
function Sent({
  queue,
  sent,
}: {
  readonly queue: string
  readonly sent: Sent | undefined
}): ReactNode {
  return (
    <div role="status">
      {sent === undefined ? null : (
        <Alert key={sent.number} color="green" icon={<IconCheck />} p="xs">
          <Text size="sm" className="tabular">
            {sent.report.sent === 1 ? 'Sent' : `Sent ${messagesText(sent.report.sent)}`}
            {delayText(sent.report)}
          </Text>
          {sent.report.isClaimed ? (
            <Text size="sm">
              Claim check: the payload of {bytesText(sent.report.bytes)} lies under{' '}
              <PrefixLink prefix={`queue-claims/${queue}/`} />, the message tells where.
            </Text>
          ) : null}
        </Alert>
      )}
    </div>
  )
}

function delayText({ visibleAt }: SendReport): string {
  return visibleAt > Date.now() + 900 ? `, visible from ${momentText(visibleAt)}.` : '.'
}

function sendTyped(
  queue: string,
  payload: TypedPayload,
  count: number,
  times: SendTimes,
): Promise<SendReport> {
  const json = { queue, payload, count, ...times }
  return act(sendText(queue, payload, count, times), (id) =>
    answer(client<QueuesApi>('queues', id).messages.$post({ json })),
  )
}

/** The typed client sends no bytes. */
function sendFile(queue: string, file: File, times: SendTimes): Promise<SendReport> {
  const contentType = file.type === '' ? 'application/octet-stream' : file.type
  const { delaySeconds, timeToLiveSeconds } = times
  const query = new URLSearchParams({ queue, contentType })
  if (delaySeconds !== undefined) query.set('delaySeconds', String(delaySeconds))
  if (timeToLiveSeconds !== undefined) query.set('timeToLiveSeconds', String(timeToLiveSeconds))
  return act(sendFileText(queue, file.name, contentType, times), async (id) => {
    const init = { method: 'PUT', body: file }
    const response = await request(`/api/queues/file?${query}`, id, init)
    return (await response.json()) as SendReport
  })
}
