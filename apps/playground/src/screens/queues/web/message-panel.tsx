import { CloseButton, Text, Title } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { type ReactNode, useEffect, useRef } from 'react'
import { act, type ActionText } from '../../../web/actions.ts'
import { bytesText, momentText } from '../../../web/amounts.ts'
import { Late } from '../../../web/late.tsx'
import { NameText } from '../../../web/name-text.tsx'
import { PrefixLink } from '../../../web/object-link.tsx'
import { ProblemNotice } from '../../../web/problem-text.tsx'
import { problemOf } from '../../../web/problem.ts'
import type { MessagePayload, MessageSummary } from '../server/wire.ts'
import classes from './message-list.module.css'

/** A message beside the list: what is known of it, and its payload. */
export function MessagePanel({
  queue,
  id,
  message,
  text,
  version = 0,
  ask,
  onClose,
}: {
  readonly queue: string
  readonly id: string
  /** Undefined when it is not in the list any more. */
  readonly message: MessageSummary | undefined
  readonly text: ActionText
  /** Another one: the payload is another. */
  readonly version?: number
  readonly ask: (action: string, signal: AbortSignal) => Promise<MessagePayload>
  readonly onClose: () => void
}): ReactNode {
  const close = useRef<HTMLButtonElement>(null)
  useEffect(() => close.current?.focus({ preventScroll: true }), [id])
  const { data, error } = useQuery({
    queryKey: ['queue-payload', queue, id, version],
    // A message that went is still worth reading; one that is opened again may have been changed.
    gcTime: 0,
    queryFn: ({ signal }) => act(text, (action) => ask(action, signal)),
  })
  return (
    <section
      className={classes['panel']}
      aria-label={`Message ${id}`}
      onKeyDown={({ key }) => {
        if (key === 'Escape') onClose()
      }}
    >
      <div className={classes['top']}>
        <Title order={3} size="h6" className="breakable">
          Message {id}
        </Title>
        <CloseButton ref={close} onClick={onClose} aria-label="Close the message" />
      </div>
      <div className={classes['body']} tabIndex={0}>
        {message === undefined ? (
          <Text size="sm" c="dimmed" mb="xs">
            It is not among the first that are visible any more.
          </Text>
        ) : (
          <Facts queue={queue} message={message} bytes={data?.bytes} />
        )}
        <Payload payload={data} error={error} />
      </div>
    </section>
  )
}

function Facts({
  queue,
  message: { kind, contentType, dequeueCount, insertedAt, expiresAt, origin },
  bytes,
}: {
  readonly queue: string
  readonly message: MessageSummary
  readonly bytes: number | undefined
}): ReactNode {
  return (
    <dl className={`${classes['facts']} tabular`}>
      <dt>Type</dt>
      <dd>
        {contentType}
        {bytes === undefined ? '' : `, ${bytesText(bytes)}`}
      </dd>
      {kind === 'claim' ? (
        <>
          <dt>Claim check</dt>
          <dd>
            Too large for a message: the payload lies under{' '}
            <PrefixLink prefix={`queue-claims/${queue}/`} />
          </dd>
        </>
      ) : null}
      <dt>Received</dt>
      <dd>{timesText(dequeueCount)}</dd>
      <dt>Sent</dt>
      <dd>{momentText(insertedAt)}</dd>
      <dt>Expires</dt>
      <dd>{expiresAt === null ? 'never' : momentText(expiresAt)}</dd>
      {origin === null ? null : (
        <>
          <dt>Came from</dt>
          <dd>
            {origin.queue}, where it was <span className="mono">{origin.id}</span>
          </dd>
          <dt>Given up</dt>
          <dd>
            {momentText(new Date(origin.poisonedAt))}, received {timesText(origin.dequeueCount)}
          </dd>
          <dt>Because of</dt>
          <dd>
            <NameText text={`${origin.error.name}: ${origin.error.message}`} />
          </dd>
        </>
      )}
    </dl>
  )
}

export function timesText(count: number): string {
  if (count === 0) return 'not yet'
  return count === 1 ? 'once' : `${count} times`
}

function Payload({
  payload,
  error,
}: {
  readonly payload: MessagePayload | undefined
  readonly error: Error | null
}): ReactNode {
  if (error !== null) return <ProblemNotice problem={problemOf(error)} />
  if (payload === undefined) return <Late>Reading the payload…</Late>
  return (
    <>
      <pre className={classes['content']} data-kind={payload.kind} aria-label="Payload">
        {payload.text === '' ? ' ' : payload.text}
      </pre>
      {payload.isCut ? (
        <Text size="xs" c="dimmed" mt={4}>
          The beginning of {bytesText(payload.bytes)}.
        </Text>
      ) : null}
    </>
  )
}
