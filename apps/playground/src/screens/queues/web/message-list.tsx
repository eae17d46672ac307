import { Badge, UnstyledButton } from '@mantine/core'
import type { ReactNode } from 'react'
import { NameText } from '../../../web/name-text.tsx'
import type { MessageSummary, PayloadKind } from '../server/wire.ts'
import { followArrows } from './arrows.ts'
import classes from './message-list.module.css'

/** Messages, each with a button that opens it, what is known of it, and what can be done. */
export function MessageList<M extends MessageSummary>({
  label,
  messages,
  openId,
  onOpen,
  metaOf,
  actionsOf,
}: {
  readonly label: string
  readonly messages: readonly M[]
  readonly openId: string | undefined
  readonly onOpen: (id: string) => void
  readonly metaOf: (message: M) => ReactNode
  readonly actionsOf?: (message: M) => ReactNode
}): ReactNode {
  return (
    <div className={classes['scroll']} tabIndex={0} role="region" aria-label={label}>
      <ul className={classes['rows']} onKeyDown={followArrows}>
        {messages.map((message) => (
          <li
            key={message.id}
            className={classes['row']}
            data-message={message.id}
            data-open={message.id === openId || undefined}
          >
            <div className={classes['message']}>
              <UnstyledButton
                className={classes['payload']}
                aria-pressed={message.id === openId}
                data-stop
                onClick={() => onOpen(message.id)}
              >
                <KindBadge kind={message.kind} />
                <span className={`mono clipped ${classes['text']}`}>
                  <NameText text={previewOf(message)} />
                </span>
              </UnstyledButton>
              <div className={classes['meta']}>{metaOf(message)}</div>
            </div>
            {actionsOf === undefined ? null : (
              <div className={classes['actions']}>{actionsOf(message)}</div>
            )}
          </li>
        ))}
      </ul>
    </div>
  )
}

function previewOf({ kind, preview, bytes }: MessageSummary): string {
  if (kind === 'claim') return 'in object storage: open it to fetch it'
  return bytes === 0 ? 'empty' : preview
}

const kinds: Readonly<Record<PayloadKind, readonly [label: string, color: string]>> = {
  json: ['JSON', 'gray'],
  text: ['text', 'gray'],
  bytes: ['bytes', 'gray'],
  value: ['value', 'gray'],
  claim: ['claim', 'cyan'],
  unreadable: ['no JSON', 'orange'],
}

function KindBadge({ kind }: { readonly kind: PayloadKind }): ReactNode {
  const [label, color] = kinds[kind]
  return (
    <Badge size="sm" radius="sm" variant="light" color={color} tt="none" fw={600} miw={58}>
      {label}
    </Badge>
  )
}
