import {
  Alert,
  Button,
  Group,
  Modal,
  NumberInput,
  SegmentedControl,
  Stack,
  Text,
} from '@mantine/core'
import { IconCheck } from '@tabler/icons-react'
import { useQueryClient } from '@tanstack/react-query'
import { type ReactNode, useCallback, useEffect, useRef, useState } from 'react'
import { act } from '../../../web/actions.ts'
import { bytesText, countText, momentText } from '../../../web/amounts.ts'
import { answer, client, request } from '../../../web/api.ts'
import { useLive } from '../../../web/live.ts'
import { PrefixLink } from '../../../web/object-link.tsx'
import { isAbort, type Problem, problemOf } from '../../../web/problem.ts'
import { ProblemNotice } from '../../../web/problem-text.tsx'
import type { QueuesApi } from '../server/index.ts'
import type { SendProgress, SendReport, TypedPayload } from '../server/wire.ts'
import { sendFileText, sendText, type SendTimes } from './code.ts'
import { PayloadField } from './payload-field.tsx'
import { messagesText } from './removal-dialog.tsx'
import { type Draft, faultOf, FileField, firstDraft, Times, timesOf } from './send-fields.tsx'
import { readAnew, useMessageBytesMax } from './use-queues.ts'

/** As the server takes it. */
const countMax = 1000
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
  const progress = useProgress()
  const stop = useRef<AbortController>(undefined)
  // Nobody waits for it any more.
  useEffect(() => () => stop.current?.abort(), [])
  const { kind, file } = draft
  const times = timesOf(draft)
  const send = async (button: 'one' | 'many'): Promise<void> => {
    setTried(true)
    setProblem(undefined)
    if (busy !== undefined || faultOf(draft) !== undefined) return
    setBusy(button)
    const { signal } = (stop.current = new AbortController())
    try {
      const number = button === 'one' ? 1 : Number(count) || 1
      const report =
        kind === 'file'
          ? await sendFile(queue, file!, times, signal)
          : await sendTyped(queue, { kind, text: draft.texts[kind] }, number, times, {
              signal,
              onAction: progress.begin,
            })
      setSent({ number: (sent?.number ?? 0) + 1, report })
      setTried(false)
      void readAnew(queries)
    } catch (error) {
      if (!isAbort(error)) setProblem(problemOf(error))
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
        {busy === 'many' ? (
          <Text size="sm" c="dimmed" className="tabular" role="status" flex={1}>
            {countText(progress.sent)} of {countText(Number(count) || 1)} sent
          </Text>
        ) : null}
        {busy === 'many' ? (
          <Button variant="default" onClick={() => stop.current?.abort()}>
            Stop
          </Button>
        ) : null}
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

/** How far the server is with what was asked last. */
function useProgress(): {
  readonly sent: number
  readonly begin: (action: string) => void
} {
  const action = useRef<string>(undefined)
  const [sent, setSent] = useState(0)
  useLive<SendProgress>('queue-sends', (told) => {
    if (told.action === action.current) setSent(told.sent)
  })
  const begin = useCallback((id: string) => {
    action.current = id
    setSent(0)
  }, [])
  return { sent, begin }
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
  run: { readonly signal: AbortSignal; readonly onAction: (id: string) => void },
): Promise<SendReport> {
  const json = { queue, payload, count, ...times }
  const init = { signal: run.signal }
  return act(sendText(queue, payload, count, times), (id) => {
    run.onAction(id)
    return answer(client<QueuesApi>('queues', id).messages.$post({ json }, { init }))
  })
}

/** The typed client sends no bytes. */
function sendFile(
  queue: string,
  file: File,
  times: SendTimes,
  signal: AbortSignal,
): Promise<SendReport> {
  const contentType = file.type === '' ? 'application/octet-stream' : file.type
  const { delaySeconds, timeToLiveSeconds } = times
  const query = new URLSearchParams({ queue, contentType })
  if (delaySeconds !== undefined) query.set('delaySeconds', String(delaySeconds))
  if (timeToLiveSeconds !== undefined) query.set('timeToLiveSeconds', String(timeToLiveSeconds))
  return act(sendFileText(queue, file.name, contentType, times), async (id) => {
    const init = { method: 'PUT', body: file, signal }
    const response = await request(`/api/queues/file?${query}`, id, init)
    return (await response.json()) as SendReport
  })
}
