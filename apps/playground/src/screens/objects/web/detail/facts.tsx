import { Text } from '@mantine/core'
import { Fragment, type ReactNode } from 'react'
import { bytesText, countText } from '../../../../web/amounts.ts'
import type { ObjectDetails } from '../../server/wire.ts'
import { CopyValue } from './copy-value.tsx'
import classes from './detail.module.css'

const moment = new Intl.DateTimeFormat(undefined, {
  dateStyle: 'medium',
  timeStyle: 'medium',
  hourCycle: 'h23',
})

/** What is known of an object beside its content. */
export function Facts({ details }: { readonly details: ObjectDetails }): ReactNode {
  const { size, contentType, modifiedAt, etag, metadata, path } = details
  return (
    <dl className={classes['facts']}>
      <Fact name="Size">
        {bytesText(size)}
        {size < 1024 ? null : (
          <Text span c="dimmed" size="sm">
            {' '}
            ({countText(size)} bytes)
          </Text>
        )}
      </Fact>
      <Fact name="Content type" copied={contentType}>
        {contentType}
      </Fact>
      <Fact name="Modified" copied={modifiedAt}>
        <time dateTime={modifiedAt} title={modifiedAt}>
          {moment.format(new Date(modifiedAt))}
        </time>
      </Fact>
      <Fact name="ETag" copied={etag}>
        <span className="mono">{etag}</span>
      </Fact>
      <Fact name="Metadata">
        <Metadata metadata={metadata} />
      </Fact>
      {path === null ? null : (
        <Fact name="File" copied={path}>
          <FilePath path={path} />
        </Fact>
      )}
    </dl>
  )
}

function Fact({
  name,
  copied,
  children,
}: {
  readonly name: string
  readonly copied?: string | undefined
  readonly children: ReactNode
}): ReactNode {
  return (
    <div className={classes['fact']}>
      <dt>{name}</dt>
      <dd>
        <span className="breakable">{children}</span>
        {copied === undefined ? null : <CopyValue value={copied} name={name.toLowerCase()} />}
      </dd>
    </div>
  )
}

/** It goes on in another line behind a slash, where there is one. */
function FilePath({ path }: { readonly path: string }): ReactNode {
  const steps = path.split(/(?<=[/\\])/)
  return (
    <span className="mono">
      {steps.map((step, place) => (
        <Fragment key={`${place}`}>
          {step}
          <wbr />
        </Fragment>
      ))}
    </span>
  )
}

function Metadata({ metadata }: Pick<ObjectDetails, 'metadata'>): ReactNode {
  const entries = Object.entries(metadata)
  if (entries.length === 0) return 'none'
  return entries.map(([name, value]) => (
    <span key={name} className={classes['pair']}>
      <Text span size="sm" c="dimmed">
        {name}
      </Text>{' '}
      {value}
    </span>
  ))
}
